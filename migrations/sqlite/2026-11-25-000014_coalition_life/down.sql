DROP TABLE charter_acknowledgements;
DROP TABLE charters;
DROP TABLE declarations;
DROP INDEX memberships_one_steward;
ALTER TABLE associated_actors DROP COLUMN dimensions;
ALTER TABLE memberships DROP COLUMN dimensions;
DROP TABLE membership_acts;
DROP TABLE coalition_impacts;
DROP TABLE coalition_stages;
