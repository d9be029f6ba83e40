DROP TABLE registrations;
DROP TABLE answers;
DROP TABLE consultations;
