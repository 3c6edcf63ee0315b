--- given
CREATE TABLE "Wish List" ("Customer Id" bigint, "Größe" text, a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere text);
CREATE UNIQUE INDEX CONCURRENTLY payments_state_idx ON payments (state);
--- unsafe: builds its index
ALTER TABLE payments ADD CONSTRAINT payments_provider_ref_unique UNIQUE (provider_ref);
--- unsafe: without a name
ALTER TABLE orders ADD UNIQUE (reference);
--- unsafe: several columns, with more in the index
ALTER TABLE order_items ADD CONSTRAINT order_items_product_key UNIQUE (order_id, product) INCLUDE (price) WITH (fillfactor = 70);
--- unsafe [server 15]: NULLs count as equal
ALTER TABLE public.orders ADD CONSTRAINT orders_reference_key UNIQUE NULLS NOT DISTINCT (reference);
--- unsafe: deferrable
ALTER TABLE orders ADD CONSTRAINT orders_reference_key UNIQUE (reference) DEFERRABLE INITIALLY DEFERRED;
--- unsafe: a partitioned table
ALTER TABLE logs ADD CONSTRAINT logs_line_key UNIQUE (line, created_at);
--- unsafe: names in quotes
ALTER TABLE "Wish List" ADD UNIQUE ("Customer Id", "Größe");
--- unsafe: a long name that PostgreSQL cuts
ALTER TABLE "Wish List" ADD UNIQUE (a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere, "Größe");
--- safe: made of an index that is there
ALTER TABLE payments ADD CONSTRAINT payments_state_unique UNIQUE USING INDEX payments_state_idx;
--- safe: the index, concurrently
CREATE UNIQUE INDEX CONCURRENTLY orders_reference_key ON orders (reference);
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL);
ALTER TABLE refunds ADD CONSTRAINT refunds_code_key UNIQUE (code);
