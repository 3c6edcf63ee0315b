--- unsafe: timestamp to timestamptz
ALTER TABLE orders ALTER COLUMN placed_at TYPE timestamptz;
--- unsafe: and in the other spelling
ALTER TABLE users ALTER COLUMN last_login SET DATA TYPE timestamp with time zone;
--- unsafe: in another zone
SET LOCAL TimeZone = 'Europe/Berlin';
ALTER TABLE orders ALTER COLUMN placed_at TYPE timestamptz;
--- safe: in UTC, and it says so
SET LOCAL TimeZone = 'UTC';
ALTER TABLE orders ALTER COLUMN placed_at TYPE timestamptz;
--- safe: the other way to say it
SET LOCAL TIME ZONE 'UTC';
ALTER TABLE users ALTER COLUMN last_login TYPE timestamptz;
--- safe: it has one already
ALTER TABLE orders ALTER COLUMN shipped_at TYPE timestamptz(6);
