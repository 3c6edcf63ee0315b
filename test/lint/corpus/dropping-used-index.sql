--- unsafe [used orders_created_at_idx]: an index that queries use
DROP INDEX CONCURRENTLY orders_created_at_idx;

--- unsafe [used orders_user_id_idx, large orders]: of a large table, among others
DROP INDEX CONCURRENTLY IF EXISTS public.orders_user_id_idx;

--- safe [unused]: an index that nobody uses
DROP INDEX CONCURRENTLY orders_created_at_idx;

--- safe [used orders_created_at_idx]: built anew in the same file
DROP INDEX CONCURRENTLY orders_created_at_idx;
CREATE INDEX CONCURRENTLY orders_created_at_idx ON orders (created_at) WITH (fillfactor = 90);

--- safe [used orders_created_at_idx]: another index begins with its columns
CREATE INDEX CONCURRENTLY orders_created_at_id_idx ON orders (created_at, id);
DROP INDEX CONCURRENTLY orders_created_at_idx;
