--- unsafe: plain index on a table in use
CREATE INDEX orders_reference_idx ON orders (reference);
--- unsafe: unique index
CREATE UNIQUE INDEX payments_provider_ref_idx ON payments (provider_ref);
--- unsafe: partial index
CREATE INDEX orders_open_idx ON orders (created_at) WHERE status = 'new';
--- unsafe: expression, without a name
CREATE INDEX ON customers (lower(email));
--- unsafe: with a schema and quoted names
CREATE INDEX "Orders note" ON public.orders USING gin (to_tsvector('english', note));
--- unsafe: IF NOT EXISTS
CREATE INDEX IF NOT EXISTS orders_placed_at_idx ON orders (placed_at DESC NULLS LAST) INCLUDE (total);
--- unsafe: on a materialized view
CREATE INDEX order_totals_total_idx ON order_totals (total);
--- unsafe: on one partition
CREATE INDEX logs_2026_01_level_idx ON logs_2026_01 (level);
--- unsafe [large orders]: a large table
CREATE INDEX orders_shipped_at_idx ON orders (shipped_at);
--- unsafe: in a DO block
DO $$ BEGIN CREATE INDEX orders_note_idx ON orders (note); END $$;
--- safe: built concurrently
CREATE INDEX CONCURRENTLY orders_reference_idx ON orders (reference);
--- safe: unique, built concurrently
CREATE UNIQUE INDEX CONCURRENTLY payments_provider_ref_idx ON payments (provider_ref);
--- safe: a table of the same file
CREATE TABLE refunds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  payment_id bigint NOT NULL REFERENCES payments (id),
  reason text NOT NULL
);
CREATE INDEX refunds_payment_id_idx ON refunds (payment_id);
--- safe: an expression, concurrently
CREATE INDEX CONCURRENTLY customers_lower_email_idx ON customers (lower(email));
