-- The register: entries of five acts in one numbering without gap in each coalition. `entry` is frozen canonical JSON and is never
-- rewritten; `proof` (an integrity proof, of a rotation an array of two) is laid beside it. `publication_id` is that of the decision
-- that an entry adopts; `decision` the number of the decision that another act speaks of.
ALTER TABLE decisions DROP CONSTRAINT decisions_pkey;
ALTER TABLE decisions DROP CONSTRAINT decisions_coalition_id_number_key;
ALTER TABLE decisions ALTER COLUMN publication_id DROP NOT NULL;
ALTER TABLE decisions ADD PRIMARY KEY (coalition_id, number);
ALTER TABLE decisions ADD UNIQUE (publication_id);
ALTER TABLE decisions ADD COLUMN act TEXT NOT NULL DEFAULT 'adopt';
ALTER TABLE decisions ALTER COLUMN act DROP DEFAULT;
ALTER TABLE decisions ADD COLUMN decision INTEGER;
ALTER TABLE decisions ADD COLUMN successor INTEGER;
ALTER TABLE decisions ADD COLUMN proof TEXT;
CREATE INDEX decisions_about ON decisions (coalition_id, decision) WHERE decision IS NOT NULL;
CREATE INDEX decisions_by ON decisions (coalition_id, successor) WHERE successor IS NOT NULL;
CREATE INDEX decisions_unsigned ON decisions (coalition_id) WHERE proof IS NULL;

-- Decisions whose day of review is to come; the clock looks here.
CREATE TABLE reviews (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    due_at TIMESTAMP NOT NULL
);
CREATE INDEX reviews_due ON reviews (due_at);
