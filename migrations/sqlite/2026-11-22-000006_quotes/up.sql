-- Posts of other servers that quote ours with consent (FEP-044f): each has a stamp, which is revoked but never forgotten while
-- the post exists. `target` is the path of what is quoted, such as `publications/{id}`; `page` is kept of public posts only.
CREATE TABLE quotes (
    id TEXT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    target TEXT NOT NULL,
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    url TEXT NOT NULL,
    page TEXT,
    given_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    revoked_reason TEXT,
    UNIQUE (target, url)
);
CREATE INDEX quotes_by_author ON quotes (remote_id);
CREATE INDEX quotes_by_url ON quotes (url);

-- What a coalition shows first.
CREATE TABLE pins (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    pinned_at TIMESTAMP NOT NULL
);
CREATE INDEX pins_of_coalition ON pins (coalition_id);
