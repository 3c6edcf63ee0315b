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
