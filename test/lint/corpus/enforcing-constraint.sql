--- given
ALTER TABLE payments ADD CONSTRAINT payments_order_waived FOREIGN KEY (order_id) REFERENCES orders (id) NOT ENFORCED;
CREATE TABLE imports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint, customer_id bigint);
CREATE INDEX imports_customer_id_idx ON imports (customer_id);
ALTER TABLE imports ADD CONSTRAINT imports_order_waived FOREIGN KEY (order_id) REFERENCES orders (id) NOT ENFORCED;
CREATE INDEX imports_order_id_idx ON imports (order_id);
--- unsafe [server 18]: checks every row
ALTER TABLE payments ALTER CONSTRAINT payments_order_waived ENFORCED;
--- unsafe [server 18]: with a schema
ALTER TABLE public.imports ALTER CONSTRAINT imports_order_waived ENFORCED;
--- safe [server 18]: no longer enforced
ALTER TABLE payments ALTER CONSTRAINT payments_order_waived NOT ENFORCED;
--- safe [server 18]: made anew without looking at the rows
ALTER TABLE imports ADD CONSTRAINT imports_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
