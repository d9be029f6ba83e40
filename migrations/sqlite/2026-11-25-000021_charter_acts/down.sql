DROP TABLE coalition_files;
CREATE TABLE charter_acknowledged (
    coalition_id BIGINT NOT NULL,
    version TEXT NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES actors (id),
    day DATE NOT NULL,
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (coalition_id, version, organisation_id),
    FOREIGN KEY (coalition_id, version) REFERENCES charters (coalition_id, version)
);
INSERT INTO charter_acknowledged (coalition_id, version, organisation_id, day, made_at)
SELECT coalition_id, version, organisation_id, MIN(day), MIN(made_at) FROM charter_acknowledgements
GROUP BY coalition_id, version, organisation_id;
DROP TABLE charter_acknowledgements;
ALTER TABLE charter_acknowledged RENAME TO charter_acknowledgements;
DROP TABLE charter_acts;
