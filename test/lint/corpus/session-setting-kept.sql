--- unsafe: a setting of the session
SET statement_timeout = '1min';
ALTER TABLE orders ADD COLUMN region text;

--- unsafe: the search_path
SET search_path TO archive, public;
ALTER TABLE orders ADD COLUMN region text;

--- unsafe: by the function
SELECT set_config('work_mem', '256MB', false);
ALTER TABLE orders ADD COLUMN region text;

--- safe: for the transaction
SET LOCAL statement_timeout = '1min';
ALTER TABLE orders ADD COLUMN region text;

--- safe: set back
SET work_mem = '256MB';
ALTER TABLE orders ADD COLUMN region text;
RESET work_mem;

--- safe: for a statement that runs outside a transaction
SET maintenance_work_mem = '256MB';
CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);
