DROP TABLE reviews;
CREATE TABLE register (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (coalition_id, number)
);
INSERT INTO register (publication_id, coalition_id, number, entry, digest)
    SELECT publication_id, coalition_id, number, entry, digest FROM decisions WHERE publication_id IS NOT NULL;
DROP TABLE decisions;
ALTER TABLE register RENAME TO decisions;
