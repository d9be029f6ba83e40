DROP INDEX publications_by_kind;
DROP TABLE publication_dates;
DROP TABLE search_index;
DROP TABLE search_documents;
DELETE FROM meta WHERE key = 'search_version';
