--- unsafe: VACUUM FULL
VACUUM FULL orders;
--- unsafe: as an option
VACUUM (FULL, ANALYZE) public.orders;
--- unsafe: all tables
VACUUM FULL;
--- unsafe: CLUSTER
CLUSTER orders USING orders_customer_id_idx;
--- unsafe: all that have been clustered
CLUSTER;
--- safe: VACUUM
VACUUM (ANALYZE) orders;
--- safe: ANALYZE
ANALYZE orders;
--- safe: only said for later
ALTER TABLE orders CLUSTER ON orders_customer_id_idx;
