--- given
CREATE MATERIALIZED VIEW busiest AS SELECT count(*) AS orders FROM orders;
--- unsafe: readers wait
REFRESH MATERIALIZED VIEW order_totals;
--- unsafe: with a schema
REFRESH MATERIALIZED VIEW public.order_totals WITH DATA;
--- unsafe: one without a unique index
REFRESH MATERIALIZED VIEW busiest;
--- safe: concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY order_totals;
--- safe: one that the file makes
CREATE MATERIALIZED VIEW order_counts AS SELECT customer_id, count(*) AS orders FROM orders GROUP BY customer_id WITH NO DATA;
REFRESH MATERIALIZED VIEW order_counts;
