-- The life of a coalition: where it stood and when, what it sought, who carried and joined it, who would like to, and its charter.
-- `day` is the day of the act as it is told; none where nobody says it. `by_id` is the organisation that acted; none: a file told it.

CREATE TABLE coalition_stages (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    stage TEXT NOT NULL,
    day DATE,
    reason TEXT,
    by_id BIGINT REFERENCES actors (id),
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX coalition_stages_of ON coalition_stages (coalition_id);
INSERT INTO coalition_stages (coalition_id, stage, made_at)
SELECT c.actor_id, c.stage, a.created_at FROM coalitions c JOIN actors a ON a.id = c.actor_id ORDER BY c.actor_id;

-- What it seeks is negotiated: each version stays.
CREATE TABLE coalition_impacts (
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    day DATE,
    reason TEXT,
    by_id BIGINT REFERENCES actors (id),
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (coalition_id, version)
);
INSERT INTO coalition_impacts (coalition_id, version, text, made_at)
SELECT c.actor_id, 1, c.impact, a.created_at FROM coalitions c JOIN actors a ON a.id = c.actor_id
WHERE c.impact IS NOT NULL;

-- `role` is what the member is after the act; none after it left.
CREATE TABLE membership_acts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    member_id BIGINT NOT NULL REFERENCES actors (id),
    act TEXT NOT NULL,
    role TEXT,
    day DATE,
    reason TEXT,
    by_id BIGINT REFERENCES actors (id),
    made_at TIMESTAMP NOT NULL
);
CREATE INDEX membership_acts_of ON membership_acts (coalition_id);

-- The dimensions that somebody brings: words with a space between them.
ALTER TABLE memberships ADD COLUMN dimensions TEXT NOT NULL DEFAULT '';
ALTER TABLE associated_actors ADD COLUMN dimensions TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX memberships_one_steward ON memberships (coalition_id) WHERE role = 'steward';

-- "We would like to take part", of organisations that need not be known here. `email` is for the steward alone; it is erased when
-- the declaration is withdrawn. `token` confirms the e-mail, of all that were declared at once.
CREATE TABLE declarations (
    id TEXT NOT NULL PRIMARY KEY,
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    organisation TEXT NOT NULL,
    folded TEXT NOT NULL,
    email TEXT,
    sentence TEXT NOT NULL,
    state TEXT NOT NULL,
    token TEXT,
    declared_at TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP,
    answered_at TIMESTAMP,
    answered_by BIGINT REFERENCES actors (id),
    reason TEXT
);
CREATE INDEX declarations_of ON declarations (coalition_id, state);
CREATE INDEX declarations_by_token ON declarations (token);

CREATE TABLE charters (
    coalition_id BIGINT NOT NULL REFERENCES coalitions (actor_id),
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    publication_id TEXT REFERENCES publications (id),
    day DATE NOT NULL,
    by_id BIGINT NOT NULL REFERENCES actors (id),
    made_at TIMESTAMP NOT NULL,
    superseded_on DATE,
    PRIMARY KEY (coalition_id, version)
);

-- Acknowledged for each version, never signed.
CREATE TABLE charter_acknowledgements (
    coalition_id BIGINT NOT NULL,
    version TEXT NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES actors (id),
    day DATE NOT NULL,
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (coalition_id, version, organisation_id),
    FOREIGN KEY (coalition_id, version) REFERENCES charters (coalition_id, version)
);
