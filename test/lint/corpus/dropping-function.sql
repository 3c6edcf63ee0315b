--- given
CREATE FUNCTION order_age(placed timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT now() - placed $$;
CREATE PROCEDURE close_day() LANGUAGE sql AS $$ UPDATE orders SET status = 'shipped' WHERE status = 'paid' $$;

--- unsafe: a function
DROP FUNCTION order_age(timestamptz);

--- unsafe: a function by its name alone, if it is there
DROP FUNCTION IF EXISTS order_age;

--- unsafe: a procedure
DROP PROCEDURE close_day();

--- unsafe: a routine
DROP ROUTINE close_day;

--- safe: made again in the same transaction, with another name of its parameter
DROP FUNCTION order_age(timestamptz);
CREATE FUNCTION order_age(since timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT now() - since $$;

--- safe: a new body in place
CREATE OR REPLACE FUNCTION order_age(placed timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT clock_timestamp() - placed $$;

--- safe: one that the same file makes
CREATE FUNCTION helper_of_this_file() RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;
DROP FUNCTION helper_of_this_file();

--- safe: a function of triggers, behind its trigger
DROP TRIGGER orders_touch ON orders;
DROP FUNCTION touch_updated_at();
