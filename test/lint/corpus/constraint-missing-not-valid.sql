--- given
CREATE TABLE "Wish List" ("Customer Id" bigint, "Größe" text, a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere text);
ALTER TABLE payments ADD CONSTRAINT payments_amount_known CHECK (amount > 0) NOT VALID;
--- unsafe: a check of one column
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0);
--- unsafe: without a name
ALTER TABLE order_items ADD CHECK (price >= 0);
--- unsafe: of several columns
ALTER TABLE order_items ADD CHECK (discount IS NULL OR discount <= price);
--- unsafe: not for children
ALTER TABLE customers ADD CONSTRAINT customers_phone_format CHECK (phone ~ '^\+[0-9 ]+$') NO INHERIT;
--- unsafe: a partitioned table
ALTER TABLE events ADD CONSTRAINT events_kind_known CHECK (kind IN ('click', 'view'));
--- unsafe: NOT NULL written as a check
ALTER TABLE customers ADD CONSTRAINT customers_phone_present CHECK (phone IS NOT NULL);
--- unsafe: behind another command
ALTER TABLE orders ADD COLUMN weight numeric, ADD CONSTRAINT orders_weight_positive CHECK (weight > 0);
--- unsafe: names in quotes
ALTER TABLE ONLY "Wish List" ADD CHECK ("Größe" <> '');
--- unsafe: a long name that PostgreSQL cuts
ALTER TABLE "Wish List" ADD CHECK (a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere <> '');
--- unsafe: comments in it
ALTER TABLE orders -- the table
  ADD CONSTRAINT orders_quantity_some /* why not */ CHECK (
    quantity > 0 -- at least one
  ) -- that is all
  , ALTER COLUMN note SET DEFAULT '';
--- safe: added without looking at the rows
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0) NOT VALID;
--- safe: validated in a migration of its own
ALTER TABLE payments VALIDATE CONSTRAINT payments_amount_known;
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric NOT NULL);
ALTER TABLE refunds ADD CONSTRAINT refunds_amount_positive CHECK (amount > 0);
--- safe [server 18]: never enforced, so never checked
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0) NOT ENFORCED;
