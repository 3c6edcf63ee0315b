--- unsafe: timestamp
CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamp NOT NULL DEFAULT now());
--- unsafe: with a precision and in full
CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamp(3) without time zone);
--- unsafe: a column that is added
ALTER TABLE orders ADD COLUMN packed_at timestamp;
--- unsafe: an array
ALTER TABLE customers ADD COLUMN seen timestamp[];
--- safe: timestamptz
CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamptz NOT NULL DEFAULT now());
--- safe: in full
CREATE TABLE visits (id bigint PRIMARY KEY, seen_at timestamp(3) with time zone);
--- safe: a day, and a time of day
CREATE TABLE shops (id bigint PRIMARY KEY, since date, opens_at time);
