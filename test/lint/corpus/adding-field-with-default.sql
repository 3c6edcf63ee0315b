--- unsafe: another value for each row
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
--- unsafe: NOT NULL as well
ALTER TABLE orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
--- unsafe: random()
ALTER TABLE customers ADD COLUMN bucket double precision DEFAULT random();
--- unsafe: the time of the row
ALTER TABLE payments ADD COLUMN seen_at timestamptz DEFAULT clock_timestamp();
--- unsafe: from a sequence
ALTER TABLE orders ADD COLUMN invoice bigint DEFAULT nextval('invoice_number');
--- unsafe: inside an expression
ALTER TABLE orders ADD COLUMN IF NOT EXISTS code text DEFAULT 'O-' || upper(substr(md5(random()::text), 1, 8));
--- unsafe: one of two columns
ALTER TABLE orders ADD COLUMN gift boolean NOT NULL DEFAULT false, ADD COLUMN token uuid DEFAULT gen_random_uuid();
--- safe: a constant
ALTER TABLE orders ADD COLUMN priority bigint NOT NULL DEFAULT 0;
--- safe: the time of the statement, the same for all
ALTER TABLE orders ADD COLUMN imported_at timestamptz NOT NULL DEFAULT now();
--- safe: an expression over constants
ALTER TABLE orders ADD COLUMN tags text[] NOT NULL DEFAULT ARRAY['new', 'web']::text[];
--- safe: no default
ALTER TABLE orders ADD COLUMN token uuid;
--- safe: a default for new rows only
ALTER TABLE orders ADD COLUMN token uuid;
ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric NOT NULL);
ALTER TABLE refunds ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
