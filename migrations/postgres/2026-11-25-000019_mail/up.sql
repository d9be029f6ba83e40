-- E-mail that is to leave or has left. What it says, and to whom, is kept no longer than it takes to send it: once it has ended, `recipient`
-- is the domain alone, `subject` and `text` are empty. `address_digest` counts what went to one address.
CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    cause TEXT NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    address_digest TEXT NOT NULL,
    unproven BOOLEAN NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    run_at TIMESTAMP NOT NULL,
    held_until TIMESTAMP,
    ended_at TIMESTAMP,
    last_error TEXT
);
CREATE INDEX mails_due ON mails (state, run_at);
CREATE INDEX mails_by_address ON mails (address_digest, created_at);
CREATE INDEX mails_by_time ON mails (created_at);

-- A copy of the database confirms nothing: of the token that a mail carries, only the digest is kept. No mail left before this.
ALTER TABLE declarations RENAME COLUMN token TO token_digest;
UPDATE declarations SET token_digest = NULL;
CREATE INDEX declarations_waiting ON declarations (declared_at) WHERE confirmed_at IS NULL AND state = 'declared';
