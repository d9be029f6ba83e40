-- What a file said last of a publication: a file that says the same again undoes no act.
CREATE TABLE manuscripts (
    publication_id TEXT PRIMARY KEY NOT NULL REFERENCES publications (id),
    content TEXT NOT NULL
);
