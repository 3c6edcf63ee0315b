--- unsafe: plain detach
ALTER TABLE logs DETACH PARTITION logs_2026_01;
--- unsafe [server 14]: since 14
ALTER TABLE public.logs DETACH PARTITION public.logs_2026_02;
--- safe: concurrently
ALTER TABLE logs DETACH PARTITION logs_2026_01 CONCURRENTLY;
--- safe: with a default partition it is not possible
ALTER TABLE events DETACH PARTITION events_2026_01;
--- safe [server 13]: there is no other way yet
ALTER TABLE logs DETACH PARTITION logs_2026_01;
--- safe: both were made by the file
CREATE TABLE readings (at timestamptz NOT NULL, value numeric NOT NULL, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE readings DETACH PARTITION readings_2026;
