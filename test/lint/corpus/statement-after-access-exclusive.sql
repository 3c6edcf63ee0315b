--- given
ALTER TABLE payments ADD CONSTRAINT payments_amount_known CHECK (amount > 0) NOT VALID;
--- unsafe: a validation behind it
ALTER TABLE orders ADD COLUMN priority text;
ALTER TABLE payments VALIDATE CONSTRAINT payments_amount_known;
--- unsafe: an index
ALTER TABLE customers DROP COLUMN notes;
CREATE INDEX orders_reference_idx ON orders (reference);
--- unsafe: another table is copied
ALTER TABLE orders RENAME CONSTRAINT orders_total_positive TO orders_total_known;
INSERT INTO users (id, email) SELECT id, email FROM customers;
--- safe: only what is over at once
ALTER TABLE orders ADD COLUMN priority text;
ALTER TABLE orders ALTER COLUMN priority SET DEFAULT 'LOW';
COMMENT ON COLUMN orders.priority IS 'LOW or HIGH';
--- safe: the long work in a transaction of its own
ALTER TABLE payments VALIDATE CONSTRAINT payments_amount_known;
--- safe: no transaction is held
ALTER TABLE orders ADD COLUMN priority text;
CREATE INDEX CONCURRENTLY orders_priority_idx ON orders (priority);
--- safe: a table that the file makes
CREATE TABLE imports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
ALTER TABLE imports ADD COLUMN code text;
CREATE INDEX imports_code_idx ON imports (code);
