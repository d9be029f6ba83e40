-- Whom else an actor of ours is, and where it moved: ids of other servers, of this node the path. `also_known_as` is one a line.
-- `moved_at` stays when a move is cancelled: the next one waits for it.
ALTER TABLE actors ADD COLUMN also_known_as TEXT NOT NULL DEFAULT '';
ALTER TABLE actors ADD COLUMN moved_to TEXT;
ALTER TABLE actors ADD COLUMN moved_at TIMESTAMP;
ALTER TABLE actors ADD COLUMN moved_reason TEXT;
-- A deleted account keeps this row alone, so that its handle is never taken again.
ALTER TABLE actors ADD COLUMN deleted_at TIMESTAMP;

-- Where an actor of another server says that it moved, and when it last was part of a move that had an effect here.
ALTER TABLE remote_actors ADD COLUMN moved_to TEXT;
ALTER TABLE remote_actors ADD COLUMN moved_at TIMESTAMP;
CREATE INDEX following_of_remote ON following (remote_id);
