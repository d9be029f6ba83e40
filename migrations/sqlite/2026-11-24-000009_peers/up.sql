-- Every server that was met has a row, also one that only spoke to us: how it signed last, and what it runs by its own word
-- (NodeInfo), which it is asked for when it is due.
ALTER TABLE hosts ADD COLUMN heard_scheme TEXT;
ALTER TABLE hosts ADD COLUMN software TEXT;
ALTER TABLE hosts ADD COLUMN software_version TEXT;
ALTER TABLE hosts ADD COLUMN software_error TEXT;
ALTER TABLE hosts ADD COLUMN ask_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';
CREATE INDEX hosts_ask ON hosts (ask_at);

-- What was given up is counted by those who watch; it is little beside what is done.
CREATE INDEX deliveries_failed ON deliveries (host) WHERE state = 2;
CREATE INDEX inbox_items_failed ON inbox_items (seq) WHERE state = 2;
