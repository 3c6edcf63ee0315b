--- unsafe: the same columns again
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);
--- unsafe: what the primary key does already
CREATE INDEX CONCURRENTLY orders_id_idx ON orders (id);
--- unsafe: the beginning of a unique index
CREATE INDEX CONCURRENTLY order_items_order ON order_items (order_id);
--- unsafe: twice in one file
CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL, campaign text);
CREATE INDEX coupons_code_campaign_idx ON coupons (code, campaign);
CREATE INDEX coupons_code_idx ON coupons (code);
--- unsafe: a longer one makes one that is there needless
CREATE INDEX CONCURRENTLY orders_customer_id_created_at_idx ON orders (customer_id, created_at);
--- safe: other columns
CREATE INDEX CONCURRENTLY orders_reference_idx ON orders (reference);
--- safe: some of the rows
CREATE INDEX CONCURRENTLY orders_open_idx ON orders (customer_id) WHERE status = 'new';
--- safe: the columns in another order
CREATE INDEX CONCURRENTLY order_items_sku_order_id_idx ON order_items (sku, order_id);
--- safe: unique, on other columns
CREATE UNIQUE INDEX CONCURRENTLY order_items_one_idx ON order_items (product, order_id);
--- safe: another operator class
CREATE INDEX CONCURRENTLY customers_email_like_idx ON customers (email text_pattern_ops);
--- safe: another method
CREATE INDEX CONCURRENTLY orders_created_at_brin ON orders USING brin (created_at);
--- safe: an expression
CREATE INDEX CONCURRENTLY customers_email_lower_idx ON customers (lower(email));
--- unsafe: the same columns, read from the other end
CREATE INDEX CONCURRENTLY orders_newest_idx ON orders (created_at DESC);
--- unsafe: the same expression again
CREATE INDEX CONCURRENTLY customers_mail_one ON customers (lower(email));
CREATE INDEX CONCURRENTLY customers_mail_two ON customers (lower( email ));
--- unsafe: the same rows by the same columns
CREATE INDEX CONCURRENTLY orders_open_one ON orders (customer_id) WHERE status = 'new';
CREATE INDEX CONCURRENTLY orders_open_two ON orders (customer_id) WHERE (status = 'new');
--- unsafe: the beginning of one in its own operator class
CREATE INDEX CONCURRENTLY customers_name_like_idx ON customers (name text_pattern_ops, country);
CREATE INDEX CONCURRENTLY customers_name_only_idx ON customers (name text_pattern_ops);
--- unsafe: brin twice
CREATE INDEX CONCURRENTLY orders_brin_one ON orders USING brin (created_at);
CREATE INDEX CONCURRENTLY orders_brin_two ON orders USING brin (created_at);
--- safe: NULLs at the other end
CREATE INDEX CONCURRENTLY orders_shipped_idx ON orders (shipped_at);
CREATE INDEX CONCURRENTLY orders_shipped_first_idx ON orders (shipped_at NULLS FIRST);
--- safe: two orders that no reading backwards makes alike
CREATE INDEX CONCURRENTLY orders_status_newest_idx ON orders (status, created_at DESC);
CREATE INDEX CONCURRENTLY orders_status_oldest_idx ON orders (status, created_at, id);
--- safe: another collation
CREATE INDEX CONCURRENTLY customers_name_idx ON customers (name);
CREATE INDEX CONCURRENTLY customers_name_c_idx ON customers (name COLLATE "C");
--- safe: a unique index is more than the plain one with more columns
CREATE INDEX CONCURRENTLY orders_reference_id_idx ON orders (reference, id);
CREATE UNIQUE INDEX CONCURRENTLY orders_reference_one ON orders (reference);
--- unsafe [server 15]: the second one refuses all that the first refuses, and a second NULL
CREATE UNIQUE INDEX CONCURRENTLY orders_reference_one ON orders (reference);
CREATE UNIQUE INDEX CONCURRENTLY orders_reference_null ON orders (reference) NULLS NOT DISTINCT;
--- safe: more columns to read without the table
CREATE INDEX CONCURRENTLY payments_method_idx ON payments (method, amount);
CREATE INDEX CONCURRENTLY payments_method_state_idx ON payments (method) INCLUDE (state);
--- safe: other rows
CREATE INDEX CONCURRENTLY orders_open_idx ON orders (reference) WHERE status = 'new';
CREATE INDEX CONCURRENTLY orders_paid_idx ON orders (reference) WHERE status = 'paid';
--- safe: gin finds by each column, whatever stands before it
CREATE INDEX CONCURRENTLY events_gin ON events_default USING gin (payload);
CREATE INDEX CONCURRENTLY events_gin_path ON events_default USING gin (payload jsonb_path_ops);
