-- All that chooses and orders a list of publications, so that a long list reads the rows of one page of it alone.
CREATE INDEX publications_listed ON publications (kind, published_at, state, withdrawn_at, coalition_id, id);
DROP INDEX publications_by_kind;
