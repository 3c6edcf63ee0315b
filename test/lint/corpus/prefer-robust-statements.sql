--- unsafe: a table
CREATE TABLE app.notes (id bigint PRIMARY KEY);
COMMENT ON TABLE app.notes IS 'What people wrote down';
--- unsafe: a column
ALTER TABLE public.orders ADD COLUMN label text;
--- unsafe: a drop
DROP FUNCTION app.old_one(bigint);
--- unsafe: a view
CREATE VIEW app.open_orders AS SELECT id FROM public.orders;
--- safe: a table
CREATE TABLE IF NOT EXISTS app.notes (id bigint PRIMARY KEY);
COMMENT ON TABLE app.notes IS 'What people wrote down';
--- safe: a column
ALTER TABLE public.orders ADD COLUMN IF NOT EXISTS label text;
--- safe: an index built concurrently, which must not be passed over when it is invalid
CREATE INDEX CONCURRENTLY orders_reference_idx ON public.orders (reference);
