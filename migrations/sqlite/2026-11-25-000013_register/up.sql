-- The register: entries of five acts in one numbering without gap in each coalition. `entry` is frozen canonical JSON and is never
-- rewritten; `proof` (an integrity proof, of a rotation an array of two) is laid beside it. `publication_id` is that of the decision
-- that an entry adopts; `decision` the number of the decision that another act speaks of.
CREATE TABLE register (
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    number INTEGER NOT NULL,
    act TEXT NOT NULL,
    publication_id TEXT UNIQUE REFERENCES publications (id),
    decision INTEGER,
    successor INTEGER,
    entry TEXT NOT NULL,
    digest TEXT NOT NULL,
    proof TEXT,
    PRIMARY KEY (coalition_id, number)
);
INSERT INTO register (coalition_id, number, act, publication_id, entry, digest)
    SELECT coalition_id, number, 'adopt', publication_id, entry, digest FROM decisions;
DROP TABLE decisions;
ALTER TABLE register RENAME TO decisions;
CREATE INDEX decisions_about ON decisions (coalition_id, decision) WHERE decision IS NOT NULL;
CREATE INDEX decisions_by ON decisions (coalition_id, successor) WHERE successor IS NOT NULL;
CREATE INDEX decisions_unsigned ON decisions (coalition_id) WHERE proof IS NULL;

-- Decisions whose day of review is to come; the clock looks here.
CREATE TABLE reviews (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    due_at TIMESTAMP NOT NULL
);
CREATE INDEX reviews_due ON reviews (due_at);
