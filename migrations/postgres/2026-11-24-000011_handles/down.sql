DROP INDEX remote_actors_to_ask;
ALTER TABLE remote_actors DROP COLUMN asked_at;
ALTER TABLE remote_actors DROP COLUMN ask_at;
ALTER TABLE remote_actors DROP COLUMN domain;
