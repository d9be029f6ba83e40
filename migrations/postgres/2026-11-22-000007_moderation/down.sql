ALTER TABLE quotes DROP COLUMN withheld;
ALTER TABLE replies DROP COLUMN withheld;
DROP TABLE audit_log;
DROP FUNCTION audit_log_stays;
DROP TABLE reports;
DROP TABLE publication_locks;
DROP TABLE blocks;
DROP TABLE suspensions;
DROP TABLE domain_rules;
