--- unsafe: every row
UPDATE orders SET currency = 'EUR';
--- unsafe: a column that the file has just added
ALTER TABLE orders ADD COLUMN priority text;
UPDATE orders SET priority = 'normal';
--- unsafe: in a WITH
WITH changed AS (UPDATE orders SET currency = 'EUR' RETURNING id) SELECT count(*) FROM changed;
--- unsafe: in a DO block
DO $$ BEGIN
  UPDATE customers SET country = 'DE';
END $$;
--- unsafe [large orders]: a large table
UPDATE orders SET updated_at = now();
--- safe: a table that the file makes
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL, rank integer);
INSERT INTO tiers (id, name) VALUES (1, 'gold'), (2, 'silver');
UPDATE tiers SET rank = id;
--- safe: one row by its key
UPDATE orders SET currency = 'EUR' WHERE id = 42;
--- safe: a temporary table
CREATE TEMPORARY TABLE picked (order_id bigint, done boolean);
UPDATE picked SET done = false;
