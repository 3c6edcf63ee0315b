--- unsafe: an index
BEGIN;
CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);
COMMIT;

--- unsafe: among others
BEGIN;
ALTER TABLE orders ADD COLUMN region text;
CREATE INDEX CONCURRENTLY orders_region_idx ON orders (region);
COMMIT;

--- unsafe: VACUUM
BEGIN;
VACUUM orders;
COMMIT;

--- safe: without BEGIN and COMMIT
CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status);

--- safe: what may stand in a transaction
BEGIN;
ALTER TABLE orders ADD COLUMN region text;
COMMIT;
