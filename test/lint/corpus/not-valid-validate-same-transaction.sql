--- given
ALTER TABLE payments ADD CONSTRAINT payments_order_fk FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
--- unsafe: a foreign key
ALTER TABLE payments ADD CONSTRAINT payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
ALTER TABLE payments VALIDATE CONSTRAINT payments_order_id_fkey;
--- unsafe: a check
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_quantity_positive;
--- unsafe [server 18]: NOT NULL
ALTER TABLE orders ADD CONSTRAINT orders_note_not_null NOT NULL note NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_note_not_null;
--- unsafe: something between the two
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0) NOT VALID;
COMMENT ON CONSTRAINT orders_quantity_positive ON orders IS 'Nothing is ordered in negative numbers';
ALTER TABLE orders VALIDATE CONSTRAINT orders_quantity_positive;
--- unsafe: beside another command of the same statement
ALTER TABLE payments ADD COLUMN origin text, VALIDATE CONSTRAINT payments_order_fk;
--- unsafe: added and validated in one statement
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0) NOT VALID, VALIDATE CONSTRAINT orders_quantity_positive;
--- safe: added only
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0) NOT VALID;
--- safe: validated only
ALTER TABLE payments VALIDATE CONSTRAINT payments_order_fk;
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric NOT NULL);
ALTER TABLE refunds ADD CONSTRAINT refunds_amount_positive CHECK (amount > 0) NOT VALID;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_amount_positive;
