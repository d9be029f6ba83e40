DROP INDEX inbox_items_pending;
CREATE INDEX inbox_items_pending ON inbox_items (lane, seq) WHERE state = 0;
ALTER TABLE inbox_items DROP COLUMN host;
