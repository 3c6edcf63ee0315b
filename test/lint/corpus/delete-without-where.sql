--- unsafe: every row
DELETE FROM payments;
--- unsafe: in a DO block
DO $$ BEGIN DELETE FROM customers; END $$;
--- unsafe: moved elsewhere
WITH gone AS (DELETE FROM payments RETURNING *) SELECT count(*) FROM gone;
--- safe: a table that the file makes
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL);
DELETE FROM tiers;
--- safe: one row by its key
DELETE FROM payments WHERE id = 42;
--- safe: a few rows by their keys
DELETE FROM payments WHERE id IN (1, 2, 3);
