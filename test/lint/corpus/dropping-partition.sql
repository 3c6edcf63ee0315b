--- given
CREATE TABLE logs_2025_12 (id bigint NOT NULL PRIMARY KEY, line text NOT NULL);
--- unsafe: the whole table waits
DROP TABLE logs_2026_01;
--- unsafe: with a default partition
DROP TABLE IF EXISTS public.events_2026_01;
--- safe: detached first
ALTER TABLE logs DETACH PARTITION logs_2026_01 CONCURRENTLY;
--- safe: made by the file
CREATE TABLE readings (at timestamptz NOT NULL, value numeric NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
DROP TABLE readings_2026;
