DROP INDEX replies_answering;
ALTER TABLE replies DROP COLUMN attachments;
ALTER TABLE replies DROP COLUMN warning;
DROP TABLE publication_attachments;
DROP TABLE note_reactions;
DROP TABLE note_tags;
DROP TABLE notes;
