--- unsafe: all partitions at once
CREATE INDEX logs_level_idx ON logs (level);
--- unsafe: with a default partition
CREATE INDEX events_kind_idx ON events (kind, lower(kind));
--- unsafe: unique
CREATE UNIQUE INDEX logs_line_idx ON public.logs (line, created_at);
--- safe: on the table alone, then one partition at a time
CREATE INDEX CONCURRENTLY logs_2026_01_level_idx ON logs_2026_01 (level);
CREATE INDEX CONCURRENTLY logs_2026_02_level_idx ON logs_2026_02 (level);
CREATE INDEX logs_level_idx ON ONLY logs (level);
ALTER INDEX logs_level_idx ATTACH PARTITION logs_2026_01_level_idx;
ALTER INDEX logs_level_idx ATTACH PARTITION logs_2026_02_level_idx;
--- safe: on the table alone, which stays invalid until all are attached
CREATE INDEX events_kind_idx ON ONLY events (kind);
--- safe: partitions that the file makes
CREATE TABLE readings (at timestamptz NOT NULL, value numeric NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX readings_value_idx ON readings (value);
