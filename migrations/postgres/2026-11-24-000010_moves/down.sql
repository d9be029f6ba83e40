DROP INDEX following_of_remote;
ALTER TABLE remote_actors DROP COLUMN moved_at;
ALTER TABLE remote_actors DROP COLUMN moved_to;
ALTER TABLE actors DROP COLUMN deleted_at;
ALTER TABLE actors DROP COLUMN moved_reason;
ALTER TABLE actors DROP COLUMN moved_at;
ALTER TABLE actors DROP COLUMN moved_to;
ALTER TABLE actors DROP COLUMN also_known_as;
