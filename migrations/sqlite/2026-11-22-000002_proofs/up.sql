-- A publication is served by its id as it was last sent: the embedded object of the last Create or Update about it.
CREATE INDEX activities_of_publication ON activities (publication_id, id);
