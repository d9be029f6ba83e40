DROP INDEX activities_of_publication;
