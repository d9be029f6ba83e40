-- The main road. Times are UTC. Rows hold no base URL: local ids are built from handles and UUIDs; the documents in
-- `activities` are the exception, and are rewritten once when the first `serve` fixes the node's URL.

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- One namespace of handles over every local actor; a handle is never reused.
CREATE TABLE actors (
    id INTEGER NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

CREATE TABLE actor_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    fragment TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    private_der BLOB NOT NULL,
    public TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    retired_at TIMESTAMP,
    UNIQUE (actor_id, fragment)
);

CREATE TABLE organisations (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    summary TEXT NOT NULL,
    website TEXT,
    territory TEXT
);

CREATE TABLE accounts (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id),
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    admin BOOLEAN NOT NULL
);

CREATE TABLE coalitions (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors (id),
    number TEXT,
    title TEXT,
    title_provisional BOOLEAN NOT NULL,
    topic TEXT,
    narrative TEXT,
    problem TEXT,
    impact TEXT,
    stage TEXT NOT NULL,
    family TEXT,
    cohort TEXT,
    pilot BOOLEAN NOT NULL,
    territory TEXT,
    horizon DATE,
    parent TEXT,
    language TEXT NOT NULL,
    icon TEXT
);

-- The lists of a coalition: levers, qualities, dimensions, languages, examples.
CREATE TABLE coalition_values (
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    field TEXT NOT NULL,
    position INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (coalition_id, field, position)
);
CREATE INDEX coalition_values_by_value ON coalition_values (field, value);

CREATE TABLE associated_actors (
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (coalition_id, name)
);

CREATE TABLE memberships (
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    member_id BIGINT NOT NULL REFERENCES actors (id),
    role TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    PRIMARY KEY (coalition_id, member_id)
);
CREATE INDEX memberships_by_member ON memberships (member_id);

CREATE TABLE publications (
    id TEXT NOT NULL PRIMARY KEY,
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    former_id TEXT,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    language TEXT NOT NULL,
    licence TEXT NOT NULL,
    details TEXT NOT NULL,
    revision INTEGER NOT NULL,
    published_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL,
    withdrawn_at TIMESTAMP,
    withdrawn_reason TEXT,
    replies BIGINT NOT NULL,
    likes BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    UNIQUE (coalition_id, slug)
);
CREATE UNIQUE INDEX publications_former_id ON publications (former_id) WHERE former_id IS NOT NULL;
CREATE INDEX publications_of_coalition ON publications (coalition_id, published_at);
CREATE INDEX publications_by_time ON publications (published_at);

CREATE TABLE publication_authors (
    publication_id TEXT NOT NULL REFERENCES publications (id),
    position INTEGER NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    PRIMARY KEY (publication_id, position)
);

CREATE TABLE publication_tags (
    publication_id TEXT NOT NULL REFERENCES publications (id),
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (publication_id, position)
);
CREATE INDEX publication_tags_by_tag ON publication_tags (tag);

-- Every published state of a publication, as the JSON of its content. Never changed, never deleted.
CREATE TABLE revisions (
    publication_id TEXT NOT NULL REFERENCES publications (id),
    number INTEGER NOT NULL,
    content TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    reason TEXT,
    PRIMARY KEY (publication_id, number)
);

-- The register: numbered without gap in each coalition, `entry` is frozen canonical JSON and is never rewritten.
CREATE TABLE decisions (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    number INTEGER NOT NULL,
    entry TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (coalition_id, number)
);

-- Actors of other servers, as last fetched.
CREATE TABLE remote_actors (
    id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    username TEXT NOT NULL,
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    page TEXT,
    inbox TEXT NOT NULL,
    shared_inbox TEXT,
    document TEXT NOT NULL,
    fetched_at TIMESTAMP NOT NULL,
    gone_at TIMESTAMP
);
CREATE INDEX remote_actors_by_host ON remote_actors (host);

CREATE TABLE remote_keys (
    id TEXT NOT NULL PRIMARY KEY,
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    public TEXT NOT NULL,
    fetched_at TIMESTAMP NOT NULL
);
CREATE INDEX remote_keys_of_actor ON remote_keys (remote_id);

CREATE TABLE followers (
    id INTEGER NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    since TIMESTAMP NOT NULL,
    gone_since TIMESTAMP,
    UNIQUE (actor_id, remote_id)
);
CREATE INDEX followers_by_remote ON followers (remote_id);
CREATE INDEX followers_gone ON followers (remote_id) WHERE gone_since IS NOT NULL;

CREATE TABLE following (
    id INTEGER NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    activity_id TEXT NOT NULL,
    state TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    UNIQUE (actor_id, remote_id)
);

CREATE TABLE replies (
    id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    in_reply_to TEXT NOT NULL,
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    html TEXT NOT NULL,
    page TEXT,
    language TEXT,
    published_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP,
    received_at TIMESTAMP NOT NULL,
    hidden_at TIMESTAMP,
    hidden_reason TEXT,
    document TEXT NOT NULL
);
CREATE INDEX replies_of_publication ON replies (publication_id, published_at);
CREATE INDEX replies_by_author ON replies (remote_id);

-- Likes and announces ("like", "announce"): one per actor and publication.
CREATE TABLE reactions (
    id INTEGER NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    received_at TIMESTAMP NOT NULL,
    UNIQUE (publication_id, kind, remote_id)
);
CREATE INDEX reactions_by_author ON reactions (remote_id);

-- Objects whose Delete (or Undo) came, perhaps before they did: they never (re)appear.
CREATE TABLE remote_tombstones (
    url TEXT NOT NULL PRIMARY KEY,
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    deleted_at TIMESTAMP NOT NULL
);

-- What was accepted at an inbox: raw bytes first, worked off in order per lane (one sender is always in one lane).
-- state: 0 pending, 1 done, 2 failed.
CREATE TABLE inbox_items (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    activity_id TEXT NOT NULL,
    actor_url TEXT NOT NULL,
    lane INTEGER NOT NULL,
    document TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    run_at TIMESTAMP NOT NULL,
    outcome TEXT
);
CREATE INDEX inbox_items_pending ON inbox_items (lane, seq) WHERE state = 0;
CREATE INDEX inbox_items_by_time ON inbox_items (received_at);

-- Ids of activities taken, remembered longer than a signature can live.
CREATE TABLE seen_activities (
    id TEXT NOT NULL PRIMARY KEY,
    seen_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_activities_by_time ON seen_activities (seen_at);

-- What local actors said, stored once.
CREATE TABLE activities (
    id TEXT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    kind TEXT NOT NULL,
    publication_id TEXT REFERENCES publications (id),
    document TEXT NOT NULL,
    public BOOLEAN NOT NULL,
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX activities_of_actor ON activities (actor_id, public, id);

-- One row per activity and distinct inbox. state: 0 pending, 1 done, 2 failed. `subject` orders: rows with the same inbox
-- and subject go out in the order of their ids.
CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    activity_id TEXT NOT NULL REFERENCES activities (id),
    inbox TEXT NOT NULL,
    host TEXT NOT NULL,
    subject TEXT NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    run_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    done_at TIMESTAMP,
    last_status INTEGER,
    last_error TEXT,
    UNIQUE (activity_id, inbox)
);
CREATE INDEX deliveries_pending ON deliveries (host, id) WHERE state = 0;
CREATE INDEX deliveries_in_order ON deliveries (inbox, subject, id) WHERE state = 0;
CREATE INDEX deliveries_done ON deliveries (done_at) WHERE state <> 0;

-- Hosts we deliver to: the schedule (`due_at`, NULL when nothing waits) and the circuit.
CREATE TABLE hosts (
    host TEXT NOT NULL PRIMARY KEY,
    lane INTEGER NOT NULL,
    due_at TIMESTAMP,
    failures INTEGER NOT NULL,
    failing_days INTEGER NOT NULL,
    last_failing_day DATE,
    set_aside BOOLEAN NOT NULL,
    last_ok_at TIMESTAMP,
    last_heard_at TIMESTAMP,
    last_error TEXT
);
CREATE INDEX hosts_due ON hosts (lane, due_at) WHERE due_at IS NOT NULL;

-- Which process works which lane of which queue ("inbox", "outbox").
CREATE TABLE lanes (
    queue TEXT NOT NULL,
    lane INTEGER NOT NULL,
    owner TEXT NOT NULL,
    leased_until TIMESTAMP NOT NULL,
    PRIMARY KEY (queue, lane)
);
