-- What the clock and the pages need of a proposal that was published. `version`: the revision that last changed what positions
-- are about; `began_at`: when a round after the first began. The other times are NULL where the clock has nothing (more) to do.
-- `outcome`: what it came to, JSON.
CREATE TABLE proposals (
    publication_id TEXT NOT NULL PRIMARY KEY REFERENCES publications (id),
    version INTEGER NOT NULL,
    began_at TIMESTAMP,
    opens_at TIMESTAMP,
    remind_at TIMESTAMP,
    closes_at TIMESTAMP,
    reminded_round INTEGER NOT NULL,
    outcome TEXT,
    decision_id TEXT REFERENCES publications (id)
);
CREATE INDEX proposals_to_open ON proposals (opens_at) WHERE opens_at IS NOT NULL;
CREATE INDEX proposals_to_remind ON proposals (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX proposals_to_close ON proposals (closes_at) WHERE closes_at IS NOT NULL;
CREATE INDEX proposals_by_decision ON proposals (decision_id) WHERE decision_id IS NOT NULL;

-- Every position that was ever taken. Rows are never deleted, and nothing but their end is written later. Of an organisation of
-- this node (`organisation_id`), or of another node (`remote_id`).
CREATE TABLE positions (
    id TEXT NOT NULL PRIMARY KEY,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    organisation_id BIGINT REFERENCES organisations (actor_id),
    remote_id BIGINT REFERENCES remote_actors (id),
    stance TEXT NOT NULL,
    reason TEXT,
    version INTEGER NOT NULL,
    round INTEGER NOT NULL,
    taken_at TIMESTAMP NOT NULL,
    withdrawn_at TIMESTAMP,
    withdrawn_reason TEXT,
    resolved_at TIMESTAMP,
    resolution TEXT,
    CHECK ((organisation_id IS NULL) <> (remote_id IS NULL))
);
CREATE INDEX positions_of_proposal ON positions (publication_id, taken_at);
CREATE INDEX positions_by_organisation ON positions (organisation_id);

-- Other texts that were proposed for a version of a proposal.
CREATE TABLE amendments (
    id TEXT NOT NULL PRIMARY KEY,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    organisation_id BIGINT REFERENCES organisations (actor_id),
    remote_id BIGINT REFERENCES remote_actors (id),
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    reason TEXT,
    state TEXT NOT NULL,
    proposed_at TIMESTAMP NOT NULL,
    answered_at TIMESTAMP,
    answered_by BIGINT REFERENCES actors (id),
    answer TEXT,
    CHECK ((organisation_id IS NULL) <> (remote_id IS NULL))
);
CREATE INDEX amendments_of_proposal ON amendments (publication_id, proposed_at);

-- Every change of state, round, phase or text of a proposal. `actor_id` is NULL where the clock did it.
CREATE TABLE proposal_acts (
    id TEXT NOT NULL PRIMARY KEY,
    publication_id TEXT NOT NULL REFERENCES publications (id),
    act TEXT NOT NULL,
    actor_id BIGINT REFERENCES actors (id),
    at TIMESTAMP NOT NULL,
    version INTEGER NOT NULL,
    round INTEGER NOT NULL,
    phase TEXT,
    reason TEXT
);
CREATE INDEX proposal_acts_of_proposal ON proposal_acts (publication_id, at);
