-- Hosts that took a signature of RFC 9421 where one of draft-cavage was refused, and until when RFC 9421 is tried first there.
-- Not columns of `hosts`: that is the schedule of deliveries, and this is also about hosts that are only read from.
CREATE TABLE second_knocks (
    host TEXT NOT NULL PRIMARY KEY,
    until TIMESTAMP NOT NULL
);

-- A retired Ed25519 key stays listed, so that what it signed can still be verified, unless it is revoked.
ALTER TABLE actor_keys ADD COLUMN revoked_at TIMESTAMP;
