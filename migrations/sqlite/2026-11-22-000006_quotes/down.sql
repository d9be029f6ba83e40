DROP TABLE pins;
DROP TABLE quotes;
