--- unsafe: a table
GRANT SELECT ON orders TO PUBLIC;
--- unsafe: all privileges of all tables
GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA public TO PUBLIC;
--- unsafe: tables that will be made
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
--- unsafe: a sequence, beside a role
GRANT USAGE ON SEQUENCE invoice_number TO app, PUBLIC;
--- safe: to a role
GRANT SELECT ON orders TO reporting;
--- safe: what PUBLIC has anyway
GRANT EXECUTE ON FUNCTION touch_updated_at() TO PUBLIC;
--- safe: names in a schema may be looked up
GRANT USAGE ON SCHEMA app TO PUBLIC;
--- safe: taken away from a new table
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL);
REVOKE ALL ON tiers FROM PUBLIC;
