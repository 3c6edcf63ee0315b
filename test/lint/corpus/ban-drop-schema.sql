--- given
CREATE SCHEMA reports;
CREATE TABLE reports.daily (day date PRIMARY KEY, total numeric NOT NULL);

--- unsafe: a schema
DROP SCHEMA reports;

--- unsafe: if it is there, with what is in it
DROP SCHEMA IF EXISTS reports CASCADE;

--- safe: a schema that the same file makes
CREATE SCHEMA attempt;
DROP SCHEMA attempt;

--- safe: another one beside it
CREATE SCHEMA reports_next;
