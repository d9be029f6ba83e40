-- Which organisation did what to minutes and roadmaps: every act is kept. `revision` is the text that it was about.
CREATE TABLE publication_acts (
    id INTEGER NOT NULL PRIMARY KEY,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    act TEXT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    revision INTEGER NOT NULL,
    reason TEXT,
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX publication_acts_of ON publication_acts (publication_id, id);

-- What somebody has to do. Its states are all kept; nothing is deleted.
CREATE TABLE action_items (
    id TEXT NOT NULL PRIMARY KEY,
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    minutes_id TEXT REFERENCES publications (id),
    text TEXT NOT NULL,
    owners TEXT NOT NULL,
    due TEXT,
    due_at TIMESTAMP,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX action_items_of ON action_items (coalition_id, due_at);
CREATE TABLE action_states (
    id INTEGER NOT NULL PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES action_items (id),
    state TEXT NOT NULL,
    actor_id BIGINT REFERENCES actors (id),
    reason TEXT,
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX action_states_of ON action_states (item_id, id);

-- Which point of which minutes made what: the key is the digest of what a point is known by.
CREATE TABLE minutes_effects (
    publication_id TEXT NOT NULL REFERENCES publications (id),
    point TEXT NOT NULL,
    decision_id TEXT REFERENCES publications (id),
    action_id TEXT REFERENCES action_items (id),
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (publication_id, point)
);

-- When the clock looks at a roadmap again: the next due date of a milestone that is not over. NULL where there is none.
CREATE TABLE roadmap_dues (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    due_at TIMESTAMP
);
CREATE INDEX roadmap_dues_due ON roadmap_dues (due_at) WHERE due_at IS NOT NULL;

-- The numbered series that meetings and minutes stand in.
CREATE TABLE series (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    name TEXT NOT NULL,
    edition INTEGER,
    starts_at TIMESTAMP
);
CREATE INDEX series_of ON series (coalition_id, name);

-- What led to what. `owner_id` is the publication that says so, whose revision makes its links anew; `word` is how it names
-- the other, which may be published later. `place` is the milestone of a roadmap, empty elsewhere.
CREATE TABLE links (
    id INTEGER NOT NULL PRIMARY KEY,
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    owner_id TEXT NOT NULL REFERENCES publications (id),
    relation TEXT NOT NULL,
    cause_id TEXT,
    effect_id TEXT,
    place TEXT NOT NULL,
    word TEXT
);
CREATE INDEX links_owner ON links (owner_id);
CREATE INDEX links_cause ON links (cause_id);
CREATE INDEX links_effect ON links (effect_id);
CREATE INDEX links_open ON links (coalition_id, word) WHERE cause_id IS NULL OR effect_id IS NULL;

-- What was published before there were links, series and due dates: the clock takes it up.
CREATE TABLE untraced (publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id));
INSERT INTO untraced SELECT id FROM publications WHERE published_at IS NOT NULL AND withdrawn_at IS NULL;

ALTER TABLE publication_attachments ADD COLUMN role TEXT;
