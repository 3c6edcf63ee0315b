--- unsafe: a table
REINDEX TABLE orders;
--- unsafe: an index
REINDEX INDEX orders_customer_id_idx;
--- unsafe: with options
REINDEX (VERBOSE) TABLE public.payments;
--- unsafe: a whole schema
REINDEX SCHEMA public;
--- safe: a table, concurrently
REINDEX TABLE CONCURRENTLY orders;
--- safe: an index, concurrently
REINDEX INDEX CONCURRENTLY orders_customer_id_idx;
--- safe: as an option
REINDEX (CONCURRENTLY, VERBOSE) TABLE payments;
--- safe: a schema, concurrently
REINDEX SCHEMA CONCURRENTLY public;
