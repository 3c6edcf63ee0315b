--- unsafe: the default partition is read
CREATE TABLE events_2026_02 PARTITION OF events FOR VALUES FROM ('2026-02-01 00:00:00+00') TO ('2026-03-01 00:00:00+00');
--- unsafe: with a schema, if it is not there
CREATE TABLE IF NOT EXISTS public.events_2026_03 PARTITION OF public.events FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');
--- safe: there is no default partition
CREATE TABLE logs_2026_03 PARTITION OF logs FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00');
--- safe: all of it is new
CREATE TABLE readings (at timestamptz NOT NULL, value numeric NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE readings_rest PARTITION OF readings DEFAULT;
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
