DROP INDEX inbox_items_failed;
DROP INDEX deliveries_failed;
DROP INDEX hosts_ask;
ALTER TABLE hosts DROP COLUMN ask_at;
ALTER TABLE hosts DROP COLUMN software_error;
ALTER TABLE hosts DROP COLUMN software_version;
ALTER TABLE hosts DROP COLUMN software;
ALTER TABLE hosts DROP COLUMN heard_scheme;
