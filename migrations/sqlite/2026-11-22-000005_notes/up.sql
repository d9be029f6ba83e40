-- What local actors say around a publication: comments ("comment"), and the short notes by which followers learn of a
-- state ("state"). It answers a note of ours (parent_note), a remote reply (parent_url, by parent_author), or, where both
-- are absent, the publication. Without a publication it begins a thread of its own in the coalition. A deleted one keeps
-- its row, without its text.
CREATE TABLE notes (
    id TEXT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    publication_id TEXT REFERENCES publications (id),
    kind TEXT NOT NULL,
    parent_note TEXT REFERENCES notes (id),
    parent_url TEXT,
    parent_author TEXT,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    language TEXT NOT NULL,
    -- JSON: whom it names, with their addresses.
    mentions TEXT NOT NULL,
    likes BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    published_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP,
    deleted_at TIMESTAMP
);
CREATE INDEX notes_of_publication ON notes (publication_id, published_at);
CREATE INDEX notes_of_coalition ON notes (coalition_id, published_at);
CREATE INDEX notes_by_author ON notes (actor_id, published_at);
CREATE INDEX notes_under_note ON notes (parent_note);
CREATE INDEX notes_under_reply ON notes (parent_url);

CREATE TABLE note_tags (
    note_id TEXT NOT NULL REFERENCES notes (id),
    position INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (note_id, position)
);
CREATE INDEX note_tags_by_tag ON note_tags (tag);

-- Likes and announces of notes, as `reactions` has those of publications.
CREATE TABLE note_reactions (
    id INTEGER NOT NULL PRIMARY KEY,
    activity_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    note_id TEXT NOT NULL REFERENCES notes (id),
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    received_at TIMESTAMP NOT NULL,
    UNIQUE (note_id, kind, remote_id)
);
CREATE INDEX note_reactions_by_author ON note_reactions (remote_id);

-- Files that go with a publication: kept in the media folder under their digest, or a link to elsewhere (url).
CREATE TABLE publication_attachments (
    publication_id TEXT NOT NULL REFERENCES publications (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    digest TEXT,
    file TEXT,
    size BIGINT,
    url TEXT,
    PRIMARY KEY (publication_id, position)
);
CREATE INDEX publication_attachments_by_digest ON publication_attachments (digest);

-- The content warning of a remote reply (safe HTML), and its attachments (JSON), which are shown as links.
ALTER TABLE replies ADD COLUMN warning TEXT;
ALTER TABLE replies ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]';
CREATE INDEX replies_answering ON replies (in_reply_to);
