--- given
CREATE TABLE "Wish List" ("Customer Id" bigint, "Größe" text, a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere text);
--- unsafe: checked at once
ALTER TABLE payments ADD CONSTRAINT payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id);
--- unsafe: without a name
ALTER TABLE payments ADD FOREIGN KEY (order_id) REFERENCES orders ON DELETE CASCADE;
--- unsafe: beside another command
ALTER TABLE orders ALTER COLUMN note SET DEFAULT '', ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id);
--- unsafe: deferrable, with a schema
ALTER TABLE public.orders ADD CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES public.users (id) DEFERRABLE INITIALLY DEFERRED;
--- unsafe: of a partitioned table
ALTER TABLE logs ADD CONSTRAINT logs_order_fk FOREIGN KEY (id) REFERENCES orders (id);
--- unsafe [server 14]: of a partitioned table, where NOT VALID is refused
ALTER TABLE logs ADD CONSTRAINT logs_order_fk FOREIGN KEY (id) REFERENCES orders (id);
--- unsafe [large payments]: a large table
ALTER TABLE payments ADD FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE SET NULL;
--- unsafe: names in quotes
ALTER TABLE "Wish List" ADD FOREIGN KEY ("Customer Id") REFERENCES customers (id);
--- safe: added without looking at the rows
ALTER TABLE payments ADD CONSTRAINT payments_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
--- given
ALTER TABLE payments ADD CONSTRAINT payments_order_fk FOREIGN KEY (order_id) REFERENCES orders (id) NOT VALID;
ALTER TABLE logs_2026_01 ADD CONSTRAINT logs_order_fk FOREIGN KEY (id) REFERENCES orders (id);
ALTER TABLE logs_2026_02 ADD CONSTRAINT logs_order_fk FOREIGN KEY (id) REFERENCES orders (id);
--- safe [server 14]: of a partitioned table whose partitions have it
ALTER TABLE logs ADD CONSTRAINT logs_order_fk FOREIGN KEY (id) REFERENCES orders (id);
--- safe: validating
ALTER TABLE payments VALIDATE CONSTRAINT payments_order_fk;
--- safe: of a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payment_id bigint NOT NULL, reason text);
CREATE INDEX refunds_payment_id_idx ON refunds (payment_id);
ALTER TABLE refunds ADD CONSTRAINT refunds_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payments (id);
