--- unsafe: a new table
CREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY);
COMMENT ON TABLE notes IS 'What people wrote down';
--- unsafe: a table that is altered
ALTER TABLE orders ADD COLUMN IF NOT EXISTS label text;
--- unsafe: an index
CREATE INDEX CONCURRENTLY orders_reference_idx ON orders (reference);
--- safe: with the schema
CREATE TABLE IF NOT EXISTS app.notes (id bigint PRIMARY KEY);
COMMENT ON TABLE app.notes IS 'What people wrote down';
--- safe: a temporary table is in no schema of the file's
CREATE TEMPORARY TABLE IF NOT EXISTS picked (order_id bigint);
