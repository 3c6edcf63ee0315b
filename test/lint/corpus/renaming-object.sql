--- given
CREATE SCHEMA reports;
CREATE FUNCTION order_age(placed timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT now() - placed $$;
CREATE TYPE address AS (street text, city text);

--- unsafe: a schema
ALTER SCHEMA reports RENAME TO statistics_of_sales;

--- unsafe: a view
ALTER VIEW active_users RENAME TO users_in_use;

--- unsafe: a view, by ALTER TABLE
ALTER TABLE active_users RENAME TO users_in_use;

--- unsafe: a function
ALTER FUNCTION order_age(timestamptz) RENAME TO age_of_order;

--- unsafe: an enum
ALTER TYPE order_status RENAME TO status_of_order;

--- unsafe: a label of an enum
ALTER TYPE order_status RENAME VALUE 'paid' TO 'settled';

--- unsafe: a sequence
ALTER SEQUENCE invoice_number RENAME TO invoice_numbers;

--- unsafe: an attribute of a composite type
ALTER TYPE address RENAME ATTRIBUTE city TO town CASCADE;

--- unsafe: a domain
ALTER DOMAIN email_address RENAME TO email;

--- unsafe: a role
ALTER ROLE shop_app RENAME TO shop_application;

--- safe: a view of the old name in the same transaction
ALTER VIEW active_users RENAME TO users_in_use;
CREATE VIEW active_users AS SELECT * FROM users_in_use;

--- safe: a function of the old name that calls the new one
ALTER FUNCTION order_age(timestamptz) RENAME TO age_of_order;
CREATE FUNCTION order_age(placed timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$ SELECT age_of_order(placed) $$;

--- safe: a type that the same file makes
CREATE TYPE parcel_state AS ENUM ('packed', 'sent');
ALTER TYPE parcel_state RENAME VALUE 'sent' TO 'handed over';

--- safe: an index
ALTER INDEX orders_created_at_idx RENAME TO orders_by_creation;
