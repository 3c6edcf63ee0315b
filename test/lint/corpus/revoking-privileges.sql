--- given
CREATE FUNCTION order_age(placed timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT now() - placed $$;

--- unsafe: of a table
REVOKE INSERT, UPDATE ON orders FROM shop_app;

--- unsafe: of columns
REVOKE SELECT (email) ON customers FROM shop_app;

--- unsafe: of every table of a schema
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM shop_app;

--- unsafe: of a function, from everybody
REVOKE EXECUTE ON FUNCTION order_age(timestamptz) FROM PUBLIC;

--- unsafe: membership in a role
REVOKE shop_writers FROM shop_app;

--- unsafe: the use of a schema
REVOKE USAGE ON SCHEMA public FROM PUBLIC;

--- safe: of a function that the same file makes
CREATE FUNCTION totals() RETURNS numeric LANGUAGE sql STABLE AS $$ SELECT sum(total) FROM orders $$;
REVOKE EXECUTE ON FUNCTION totals() FROM PUBLIC;

--- safe: all, and then what is needed, in the same transaction
REVOKE ALL ON orders FROM shop_app;
GRANT SELECT, INSERT ON orders TO shop_app;

--- safe: the schema public is closed for new objects
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

--- safe: of objects to come
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE INSERT ON TABLES FROM shop_app;
