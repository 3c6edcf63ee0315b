--- given
CREATE TABLE bookings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room int4range NOT NULL, during tstzrange NOT NULL);
--- unsafe: no two at the same time
ALTER TABLE bookings ADD CONSTRAINT bookings_apart EXCLUDE USING gist (during WITH &&);
--- unsafe: without a name
ALTER TABLE bookings ADD EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (during IS NOT NULL);
--- safe: with the table
CREATE TABLE stays (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  during tstzrange NOT NULL,
  CONSTRAINT stays_apart EXCLUDE USING gist (during WITH &&)
);
--- safe: on a table that the file makes
CREATE TABLE stays (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, during tstzrange NOT NULL);
ALTER TABLE stays ADD CONSTRAINT stays_apart EXCLUDE USING gist (during WITH &&);
