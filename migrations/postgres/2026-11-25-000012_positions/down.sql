DROP TABLE proposal_acts;
DROP TABLE amendments;
DROP TABLE positions;
DROP TABLE proposals;
