-- What the clock needs of a consultation that was published, in UTC. `results_due_at`: when the counts next go out; NULL where
-- they have not changed since they last did.
CREATE TABLE consultations (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    opens_at TIMESTAMP,
    closes_at TIMESTAMP,
    closed_at TIMESTAMP,
    results_due_at TIMESTAMP
);
CREATE INDEX consultations_to_close ON consultations (closes_at) WHERE closed_at IS NULL AND closes_at IS NOT NULL;
CREATE INDEX consultations_results ON consultations (results_due_at) WHERE results_due_at IS NOT NULL;

-- Who chose what: `choice` counts the options from 0.
CREATE TABLE answers (
    id INTEGER NOT NULL PRIMARY KEY,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    choice INTEGER NOT NULL,
    received_at TIMESTAMP NOT NULL,
    UNIQUE (publication_id, remote_id, choice)
);
CREATE INDEX answers_by_author ON answers (remote_id);

-- Who said that they come to a meeting; `join_id` is the id of their Join.
CREATE TABLE registrations (
    id INTEGER NOT NULL PRIMARY KEY,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    remote_id BIGINT NOT NULL REFERENCES remote_actors (id),
    join_id TEXT NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    UNIQUE (publication_id, remote_id)
);
CREATE INDEX registrations_by_actor ON registrations (remote_id);
