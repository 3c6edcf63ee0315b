--- unsafe: old rows
DELETE FROM payments WHERE paid_at < now() - interval '2 years';
--- unsafe: rows that another table lacks
DELETE FROM payments WHERE NOT EXISTS (SELECT FROM orders WHERE orders.id = payments.order_id);
--- unsafe: with USING
DELETE FROM payments USING orders WHERE orders.id = payments.order_id AND orders.status = 'cancelled';
--- unsafe: of a partitioned table
DELETE FROM logs WHERE level = 'debug';
--- unsafe: moved elsewhere
CREATE TABLE old_payments (LIKE payments INCLUDING ALL);
WITH gone AS (DELETE FROM payments WHERE retries > 5 RETURNING *) INSERT INTO old_payments SELECT * FROM gone;
--- safe: one row by its key
DELETE FROM payments WHERE id = 42;
--- safe: by a key written the other way round
DELETE FROM payments WHERE 42 = payments.id;
--- safe: a limited number
DELETE FROM payments WHERE id IN (SELECT id FROM payments WHERE retries > 5 LIMIT 1000);
--- safe: a table that the file makes
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL);
DELETE FROM tiers WHERE name = 'gold';
--- safe: of a table that no file knows, by id
DELETE FROM elsewhere WHERE id = 42;
