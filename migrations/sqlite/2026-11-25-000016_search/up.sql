-- What can be found: one row a publication, coalition, organisation or comment that everybody may read, kept by
-- `model/search.rs` in the transaction of the change. `text` is what an excerpt is taken from, plain; the folded words of
-- all of it are in the index, whose rowid is this id.
CREATE TABLE search_documents (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The publication's or note's id, or the actor's handle.
    subject TEXT NOT NULL,
    coalition_id BIGINT REFERENCES coalitions (actor_id),
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    language TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    UNIQUE (subject, kind)
);
CREATE VIRTUAL TABLE search_index USING fts5(title, words, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
-- What is deleted leaves the index at once: words of people may stand in it.
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);

-- When a publication is: of a proposal or a consultation its round, of a meeting or its minutes the meeting, of a decision
-- the day of the act. Lists are ordered by it; what its author wrote stands in `details`.
CREATE TABLE publication_dates (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    begins_at TIMESTAMP,
    ends_at TIMESTAMP
);
CREATE INDEX publication_dates_by_begin ON publication_dates (begins_at);
CREATE INDEX publication_dates_by_end ON publication_dates (ends_at);
CREATE INDEX publications_by_kind ON publications (kind, published_at);
