--- given
CREATE TYPE parcel_size AS ENUM ('small', 'large');
CREATE DOMAIN sku AS text;

--- unsafe: an enum
DROP TYPE parcel_size;

--- unsafe: a domain, if it is there
DROP DOMAIN IF EXISTS sku;

--- safe: one that the same file makes
CREATE TYPE attempt AS ENUM ('first', 'second');
DROP TYPE attempt;

--- safe: exchanged for one of the same name
ALTER TYPE parcel_size RENAME TO parcel_size_old;
CREATE TYPE parcel_size AS ENUM ('small', 'medium', 'large');
DROP TYPE parcel_size_old;
