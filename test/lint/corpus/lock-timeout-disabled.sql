--- unsafe: off for the session
SET lock_timeout = 0;
ALTER TABLE orders ADD COLUMN region text;

--- unsafe: off for the transaction, with a unit
SET LOCAL lock_timeout TO '0s';
ALTER TABLE orders ADD COLUMN region text;

--- unsafe: by the function
SELECT set_config('lock_timeout', '0', true);
ALTER TABLE orders ADD COLUMN region text;

--- safe: short
SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN region text;

--- safe: only for what has to wait as long as it takes
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);

--- safe: another timeout
SET LOCAL statement_timeout = 0;
ALTER TABLE orders ADD COLUMN region text;
