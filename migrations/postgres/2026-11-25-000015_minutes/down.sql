ALTER TABLE publication_attachments DROP COLUMN role;
DROP TABLE untraced;
DROP TABLE links;
DROP TABLE series;
DROP TABLE roadmap_dues;
DROP TABLE minutes_effects;
DROP TABLE action_states;
DROP TABLE action_items;
DROP TABLE publication_acts;
