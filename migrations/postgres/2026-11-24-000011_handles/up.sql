-- The domain in an actor's handle, where its server and that domain both say so: else the host of its id. Whoever is named on a
-- page is asked about once (`ask_at` is then set, and `asked_at` afterwards).
ALTER TABLE remote_actors ADD COLUMN domain TEXT NOT NULL DEFAULT '';
UPDATE remote_actors SET domain = host;
ALTER TABLE remote_actors ADD COLUMN ask_at TIMESTAMP;
ALTER TABLE remote_actors ADD COLUMN asked_at TIMESTAMP;
CREATE INDEX remote_actors_to_ask ON remote_actors (ask_at) WHERE ask_at IS NOT NULL;
