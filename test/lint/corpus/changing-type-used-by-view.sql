--- given
CREATE TABLE parts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code varchar(50), title varchar(50));
CREATE VIEW part_codes AS SELECT id, code FROM parts;
--- unsafe: a view uses it
ALTER TABLE parts ALTER COLUMN code TYPE varchar(100);
--- unsafe: a materialized view uses it
ALTER TABLE public.orders ALTER COLUMN total TYPE numeric(12, 2);
--- unsafe: a view that the file makes
CREATE VIEW part_titles AS SELECT title FROM parts;
ALTER TABLE parts ALTER COLUMN title TYPE text;
--- safe: no view uses the column
ALTER TABLE parts ALTER COLUMN title TYPE varchar(100);
--- safe: a table that the file makes
CREATE TABLE labels (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text);
CREATE VIEW label_ids AS SELECT id FROM labels;
ALTER TABLE labels ALTER COLUMN code TYPE varchar;
