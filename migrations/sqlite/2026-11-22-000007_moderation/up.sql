-- Whom this node speaks with, what it was told of others, and who decided what. Times are UTC.

-- A rule for a domain and its subdomains: a normalised name without a port. rule: blocked, limited, allowed.
CREATE TABLE domain_rules (
    domain TEXT NOT NULL PRIMARY KEY,
    rule TEXT NOT NULL,
    reason TEXT,
    since TIMESTAMP NOT NULL
);

-- Actors of other servers of whom nothing is taken. They need not be known here.
CREATE TABLE suspensions (
    url TEXT NOT NULL PRIMARY KEY,
    reason TEXT,
    since TIMESTAMP NOT NULL
);

-- Actors of other servers that block one of ours.
CREATE TABLE blocks (
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    activity_id TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    PRIMARY KEY (actor_id, remote_id)
);
CREATE INDEX blocks_by_remote ON blocks (remote_id);

-- Publications that take no new replies. `activity_id` is the UUID of our Lock.
CREATE TABLE publication_locks (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    activity_id TEXT NOT NULL,
    reason TEXT,
    since TIMESTAMP NOT NULL
);

-- What others reported to us. `objects` is a JSON array of ids.
CREATE TABLE reports (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    activity_id TEXT NOT NULL UNIQUE,
    reporter TEXT NOT NULL,
    host TEXT NOT NULL,
    objects TEXT NOT NULL,
    content TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    resolved_at TIMESTAMP,
    note TEXT
);
CREATE INDEX reports_by_reporter ON reports (reporter, received_at);
CREATE INDEX reports_by_host ON reports (host, received_at);

-- Who moderated what, and why. Only ever added to.
CREATE TABLE audit_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    made_at TIMESTAMP NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    target TEXT NOT NULL,
    reason TEXT
);
CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;
CREATE TRIGGER audit_log_is_kept BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END;

-- Kept but not shown, because of a rule about its author or its author's server.
ALTER TABLE replies ADD COLUMN withheld BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE quotes ADD COLUMN withheld BOOLEAN NOT NULL DEFAULT FALSE;
