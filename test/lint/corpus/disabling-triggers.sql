--- unsafe: for the session
SET session_replication_role = replica;
INSERT INTO order_items (order_id, product, price) VALUES (0, 'none', 0);

--- unsafe: for the transaction
SET LOCAL session_replication_role = 'replica';
INSERT INTO order_items (order_id, product, price) VALUES (0, 'none', 0);

--- unsafe: all of a table, with its foreign keys
ALTER TABLE order_items DISABLE TRIGGER ALL;
ALTER TABLE order_items ENABLE TRIGGER ALL;

--- unsafe: one that is not enabled again
ALTER TABLE orders DISABLE TRIGGER orders_touch;

--- safe: one, and enabled again in the same transaction
ALTER TABLE orders DISABLE TRIGGER orders_touch;
ALTER TABLE orders ENABLE TRIGGER orders_touch;

--- safe: back to what is usual
SET LOCAL session_replication_role = origin;
ALTER TABLE orders ADD COLUMN region text;
