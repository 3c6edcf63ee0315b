--- unsafe: two passes over the rows
ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;
ALTER TABLE orders ALTER COLUMN note SET NOT NULL;
--- unsafe: two checks
ALTER TABLE order_items ADD CONSTRAINT order_items_quantity_positive CHECK (quantity > 0);
ALTER TABLE public.order_items ADD CONSTRAINT order_items_price_positive CHECK (price >= 0);
--- safe: nothing is gone over
ALTER TABLE orders ADD COLUMN priority text;
ALTER TABLE orders ADD COLUMN gift boolean NOT NULL DEFAULT false;
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric NOT NULL, code text);
ALTER TABLE refunds ADD CONSTRAINT refunds_amount_positive CHECK (amount > 0);
ALTER TABLE refunds ALTER COLUMN code SET NOT NULL;
