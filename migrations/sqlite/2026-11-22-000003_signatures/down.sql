ALTER TABLE actor_keys DROP COLUMN revoked_at;
DROP TABLE second_knocks;
