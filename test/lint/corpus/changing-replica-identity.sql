--- unsafe: whole rows
ALTER TABLE orders REPLICA IDENTITY FULL;
--- unsafe: nothing
ALTER TABLE public.payments REPLICA IDENTITY NOTHING;
--- safe: a unique index
ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_pkey;
--- safe: the primary key again
ALTER TABLE orders REPLICA IDENTITY DEFAULT;
--- safe: a new table without a key
CREATE TABLE pings (id bigint PRIMARY KEY, at timestamptz NOT NULL);
ALTER TABLE pings REPLICA IDENTITY FULL;
