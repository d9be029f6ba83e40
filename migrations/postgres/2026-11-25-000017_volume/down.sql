CREATE INDEX publications_by_kind ON publications (kind, published_at);
DROP INDEX publications_listed;
