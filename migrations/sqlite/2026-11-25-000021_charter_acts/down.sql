ALTER TABLE roadmap_dues DROP COLUMN history;
