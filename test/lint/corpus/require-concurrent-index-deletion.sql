--- unsafe: plain drop
DROP INDEX orders_user_id_idx;
--- unsafe: IF EXISTS, with a schema
DROP INDEX IF EXISTS public.orders_created_at_idx;
--- unsafe: two at once
DROP INDEX orders_user_id_idx, orders_created_at_idx;
--- unsafe: of which nothing is known
DROP INDEX old_idx;
--- safe: concurrently
DROP INDEX CONCURRENTLY orders_created_at_idx;
--- safe: concurrently, if it is there
DROP INDEX CONCURRENTLY IF EXISTS public.orders_created_at_idx;
--- safe: an index of a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, reason text NOT NULL);
CREATE INDEX refunds_reason_idx ON refunds (reason);
DROP INDEX refunds_reason_idx;
