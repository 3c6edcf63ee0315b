--- given
CREATE UNIQUE INDEX payments_id_idx ON payments (id);

--- unsafe: the primary key
ALTER TABLE payments DROP CONSTRAINT payments_pkey;

--- unsafe: if it is there, with the foreign keys that need it
ALTER TABLE customers DROP CONSTRAINT IF EXISTS customers_pkey CASCADE;

--- unsafe: the new one comes in another transaction
ALTER TABLE payments DROP CONSTRAINT payments_pkey;
CREATE UNIQUE INDEX CONCURRENTLY payments_key ON payments (id);
ALTER TABLE payments ADD CONSTRAINT payments_pkey PRIMARY KEY USING INDEX payments_key;

--- safe: exchanged in one statement
ALTER TABLE payments DROP CONSTRAINT payments_pkey, ADD CONSTRAINT payments_pkey PRIMARY KEY USING INDEX payments_id_idx;

--- safe: of a table that the same file makes
CREATE TABLE refunds (id bigint CONSTRAINT refunds_pkey PRIMARY KEY, number bigint NOT NULL);
ALTER TABLE refunds DROP CONSTRAINT refunds_pkey;
ALTER TABLE refunds ADD PRIMARY KEY (number);
