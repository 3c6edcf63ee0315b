--- unsafe: two tables in use
ALTER TABLE orders ADD COLUMN priority text;
ALTER TABLE customers ADD COLUMN priority text;
--- unsafe: a foreign key behind a new column
ALTER TABLE payments ADD COLUMN user_id bigint;
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID;
--- unsafe: a trigger on another table
ALTER TABLE payments ADD COLUMN updated_at timestamptz;
CREATE TRIGGER orders_again BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--- safe: one table
ALTER TABLE orders ADD COLUMN priority text;
ALTER TABLE orders ALTER COLUMN priority SET DEFAULT 'LOW';
--- safe: one in use, one new
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reason text NOT NULL);
ALTER TABLE payments ADD COLUMN refund_id bigint;
--- safe: what is locked blocks nobody
ALTER TABLE orders ADD COLUMN priority text;
COMMENT ON TABLE customers IS 'Who buys';
