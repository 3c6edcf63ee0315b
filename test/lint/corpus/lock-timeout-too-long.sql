--- unsafe: a minute
SET LOCAL lock_timeout = '1min';
ALTER TABLE orders ADD COLUMN region text;

--- unsafe: milliseconds
SET lock_timeout = 60000;
ALTER TABLE orders ADD COLUMN region text;

--- unsafe [whole]: by the header
-- Lock-Timeout: 5min
ALTER TABLE orders ADD COLUMN region text;
-- ROLLBACK:
-- ALTER TABLE orders DROP COLUMN region;

--- safe: short
SET LOCAL lock_timeout = '500ms';
ALTER TABLE orders ADD COLUMN region text;

--- safe [whole]: short, by the header
-- Lock-Timeout: 2s
ALTER TABLE orders ADD COLUMN region text;
-- ROLLBACK:
-- ALTER TABLE orders DROP COLUMN region;
