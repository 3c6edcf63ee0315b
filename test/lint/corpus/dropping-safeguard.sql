--- given
ALTER TABLE order_items ADD COLUMN sum numeric GENERATED ALWAYS AS (price * quantity) STORED;
ALTER TABLE payments ADD CONSTRAINT payments_state_not_null CHECK (state IS NOT NULL);
ALTER TABLE payments ALTER COLUMN state SET NOT NULL;
CREATE POLICY orders_own ON orders USING (user_id = 3);
CREATE TABLE rooms (id bigint PRIMARY KEY, at tstzrange, CONSTRAINT rooms_free EXCLUDE USING gist (at WITH &&));
--- unsafe: a trigger
DROP TRIGGER orders_touch ON orders;
--- unsafe: a trigger, by its schema
DROP TRIGGER IF EXISTS orders_touch ON public.orders;
--- unsafe: a policy
DROP POLICY orders_own ON orders;
--- unsafe: a check
ALTER TABLE orders DROP CONSTRAINT orders_total_positive;
--- unsafe: an exclusion
ALTER TABLE rooms DROP CONSTRAINT rooms_free;
--- unsafe: what a column was computed by
ALTER TABLE order_items ALTER COLUMN sum DROP EXPRESSION;
--- safe: a trigger that is made anew in the same transaction
DROP TRIGGER orders_touch ON orders;
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
--- safe: a check that another one takes the place of
ALTER TABLE orders DROP CONSTRAINT orders_total_positive, ADD CONSTRAINT orders_total_positive CHECK (total > 0) NOT VALID;
--- safe: a check that SET NOT NULL needed
ALTER TABLE payments DROP CONSTRAINT payments_state_not_null;
--- safe: a trigger of a new table
CREATE TABLE notes (id bigint PRIMARY KEY, updated_at timestamptz);
CREATE TRIGGER notes_touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
DROP TRIGGER notes_touch ON notes;
