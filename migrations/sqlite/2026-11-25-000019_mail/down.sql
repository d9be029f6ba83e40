DROP INDEX declarations_waiting;
ALTER TABLE declarations RENAME COLUMN token_digest TO token;
UPDATE declarations SET token = NULL;
DROP TABLE mails;
