-- Who is served next in a lane of the inbox is chosen among hosts, so that a flood of one delays no other.
ALTER TABLE inbox_items ADD COLUMN host TEXT NOT NULL DEFAULT '';
DROP INDEX inbox_items_pending;
CREATE INDEX inbox_items_pending ON inbox_items (lane, host, seq) WHERE state = 0;
