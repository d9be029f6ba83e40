-- What happened to the versions of a charter: each state that one entered, with its day, reason and author. Only ever added to.
CREATE TABLE charter_acts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    coalition_id BIGINT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    day DATE,
    reason TEXT,
    by_id BIGINT REFERENCES actors (id),
    made_at TIMESTAMP NOT NULL,
    FOREIGN KEY (coalition_id, version) REFERENCES charters (coalition_id, version)
);
CREATE INDEX charter_acts_of ON charter_acts (coalition_id);
-- What a version was before another took its place was not kept.
INSERT INTO charter_acts (coalition_id, version, state, day, by_id, made_at)
SELECT coalition_id, version, state, day, by_id, made_at FROM charters WHERE state <> 'superseded'
ORDER BY coalition_id, made_at;
INSERT INTO charter_acts (coalition_id, version, state, day, made_at)
SELECT coalition_id, version, state, superseded_on, made_at FROM charters WHERE state = 'superseded'
ORDER BY coalition_id, made_at;

-- A version is acknowledged as it stood: a beta that is in force since then is acknowledged anew. Where nobody noted what it was,
-- the lesser is said.
CREATE TABLE charter_acknowledged (
    coalition_id BIGINT NOT NULL,
    version TEXT NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES actors (id),
    state TEXT NOT NULL,
    day DATE NOT NULL,
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (coalition_id, version, organisation_id, state),
    FOREIGN KEY (coalition_id, version) REFERENCES charters (coalition_id, version)
);
INSERT INTO charter_acknowledged (coalition_id, version, organisation_id, state, day, made_at)
SELECT a.coalition_id, a.version, a.organisation_id,
       CASE WHEN c.state = 'in_force' AND a.day >= c.day THEN 'in_force' ELSE 'beta' END, a.day, a.made_at
FROM charter_acknowledgements a JOIN charters c ON c.coalition_id = a.coalition_id AND c.version = a.version;
DROP TABLE charter_acknowledgements;
ALTER TABLE charter_acknowledged RENAME TO charter_acknowledgements;

-- What the file of a coalition said last, as JSON: told again, only what changed in it is taken over.
CREATE TABLE coalition_files (
    coalition_id BIGINT NOT NULL PRIMARY KEY REFERENCES coalitions (actor_id),
    told TEXT NOT NULL
);

-- What had passed when a roadmap was published quietly, as an archive: there the author's word stays. JSON, a list of titles with due
-- dates; empty where it was told, none where nobody noted how it was published.
ALTER TABLE roadmap_dues ADD COLUMN history TEXT;
