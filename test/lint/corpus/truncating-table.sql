--- unsafe: a table in use
TRUNCATE payments;
--- unsafe: several, and their sequences
TRUNCATE TABLE public.payments, logs RESTART IDENTITY;
--- safe: a table that the file makes
CREATE TABLE imports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
TRUNCATE imports;
--- safe: some of its rows
DELETE FROM payments WHERE id = 1;
