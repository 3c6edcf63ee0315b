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

--- given
CREATE INDEX customers_name_like_idx ON customers (name text_pattern_ops);
CREATE INDEX orders_open_idx ON orders (reference) WHERE status = 'new';
CREATE INDEX payments_state_idx ON payments (state, paid_at DESC);
CREATE INDEX customers_lower_name_idx ON customers (lower(name));
--- unsafe [used customers_name_like_idx]: the other one has another operator class, and LIKE does not use it
CREATE INDEX CONCURRENTLY customers_name_idx ON customers (name);
DROP INDEX CONCURRENTLY customers_name_like_idx;

--- unsafe [used payments_state_idx]: the other one gives the rows in another order
CREATE INDEX CONCURRENTLY payments_state_paid_at_idx ON payments (state, paid_at);
DROP INDEX CONCURRENTLY payments_state_idx;

--- unsafe [used orders_created_at_idx]: the other one has only some of the rows
CREATE INDEX CONCURRENTLY orders_created_open_idx ON orders (created_at) WHERE status = 'new';
DROP INDEX CONCURRENTLY orders_created_at_idx;

--- safe [used orders_open_idx]: another one has these rows, and all others
CREATE INDEX CONCURRENTLY orders_reference_idx ON orders (reference);
DROP INDEX CONCURRENTLY orders_open_idx;

--- safe [used payments_state_idx]: another one begins as it does
CREATE INDEX CONCURRENTLY payments_state_paid_id_idx ON payments (state, paid_at DESC, id);
DROP INDEX CONCURRENTLY payments_state_idx;

--- safe [used customers_lower_name_idx]: another one of the same expression
CREATE INDEX CONCURRENTLY customers_lower_name_country_idx ON customers (lower(name), country);
DROP INDEX CONCURRENTLY customers_lower_name_idx;
