--- unsafe: no key at all
CREATE TABLE clicks (page text, at timestamptz);
--- unsafe: a unique column is no primary key
CREATE TABLE clicks (number bigint GENERATED ALWAYS AS IDENTITY UNIQUE, page text);
--- unsafe: partitioned, no key
CREATE TABLE clicks (page text, at timestamptz) PARTITION BY RANGE (at);
--- safe: a primary key
CREATE TABLE clicks (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, page text);
--- safe: the key comes later in the file
CREATE TABLE clicks (id bigint NOT NULL, page text);
ALTER TABLE clicks ADD CONSTRAINT clicks_pkey PRIMARY KEY (id);
--- safe: a partition has its parent's key
CREATE TABLE logs_2026_03 PARTITION OF logs FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');
--- safe: a copy of another table's keys
CREATE TABLE orders_archive (LIKE orders INCLUDING ALL);
--- safe: a temporary table
CREATE TEMPORARY TABLE picked (order_id bigint);
