--- unsafe: a new column and its values
ALTER TABLE orders ADD COLUMN priority text;
UPDATE orders SET priority = 'high' WHERE total > 1000;
--- unsafe: rows of another table
ALTER TABLE customers ADD COLUMN tier text;
DELETE FROM payments WHERE retries > 5;
--- unsafe: the rows first
UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;
ALTER TABLE orders ALTER COLUMN note DROP DEFAULT;
--- unsafe: rows that are copied
ALTER TABLE payments ADD COLUMN origin text;
INSERT INTO payments (order_id, amount, method, origin) SELECT id, total, 'cash', 'copied' FROM orders;
--- unsafe: in a DO block
DO $$ BEGIN
  ALTER TABLE payments ADD COLUMN origin text;
  UPDATE payments SET origin = 'web' WHERE method = 'card';
END $$;
--- safe: the schema alone
ALTER TABLE orders ADD COLUMN priority text;
--- safe: one row beside it
ALTER TABLE orders ADD COLUMN priority text;
UPDATE orders SET priority = 'high' WHERE id = 42;
--- safe: a new table and its rows
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO tiers VALUES (1, 'gold');
UPDATE tiers SET name = 'Gold' WHERE name = 'gold';
--- safe: rows of a new table beside a column of an old one
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL);
ALTER TABLE customers ADD COLUMN tier_id bigint;
INSERT INTO tiers VALUES (1, 'gold');
UPDATE tiers SET name = 'Gold' WHERE name = 'gold';
