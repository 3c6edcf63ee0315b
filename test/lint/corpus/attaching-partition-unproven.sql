--- given
CREATE TABLE logs_2026_03 (LIKE logs INCLUDING INDEXES);
CREATE TABLE logs_2026_04 (
  id bigint NOT NULL,
  line text NOT NULL,
  level text,
  created_at timestamptz NOT NULL,
  CONSTRAINT logs_2026_04_bounds CHECK (created_at >= '2026-04-01 00:00:00+00' AND created_at < '2026-05-01 00:00:00+00')
);
CREATE TABLE events_2026_02 (LIKE events INCLUDING INDEXES);
CREATE TABLE regions (code text NOT NULL, name text, PRIMARY KEY (code)) PARTITION BY LIST (code);
CREATE TABLE region_north (LIKE regions INCLUDING INDEXES);
--- unsafe: every row of it is read
ALTER TABLE logs ATTACH PARTITION logs_2026_03 FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');
--- unsafe: and every row of the default partition
ALTER TABLE events ATTACH PARTITION events_2026_02 FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00');
--- unsafe: by list
ALTER TABLE regions ATTACH PARTITION region_north FOR VALUES IN ('N', 'NE');
--- unsafe: an empty one, beside a default partition
CREATE TABLE events_2026_03 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
ALTER TABLE events ATTACH PARTITION events_2026_03 FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');
--- safe: a valid check holds the bounds
ALTER TABLE logs ATTACH PARTITION logs_2026_04 FOR VALUES FROM ('2026-04-01 00:00:00+00') TO ('2026-05-01 00:00:00+00');
--- safe: an empty one, and no default partition
CREATE TABLE logs_2026_05 (LIKE logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
ALTER TABLE logs ATTACH PARTITION logs_2026_05 FOR VALUES FROM ('2026-05-01 00:00:00+00') TO ('2026-06-01 00:00:00+00');
