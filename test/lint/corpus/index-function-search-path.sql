--- unsafe: the body calls a function of the schema
CREATE FUNCTION plain_name(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE FUNCTION search_name(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT plain_name($1) || '%' $$;
CREATE INDEX CONCURRENTLY customers_search_idx ON customers (search_name(name));
--- unsafe: the body reads a table
CREATE FUNCTION customer_count(text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT count(*) FROM customers WHERE country = $1);
END $$;
CREATE MATERIALIZED VIEW country_counts AS SELECT DISTINCT country, customer_count(country) AS customers FROM customers;
--- unsafe [server 15]: in a predicate, before 17
CREATE FUNCTION is_open(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT EXISTS (SELECT FROM orders WHERE id = $1) $$;
CREATE INDEX CONCURRENTLY payments_open_idx ON payments (paid_at) WHERE is_open(order_id);
--- safe: PostgreSQL's own functions
CREATE FUNCTION search_name(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE INDEX CONCURRENTLY customers_search_idx ON customers (search_name(name));
--- safe: names with their schema
CREATE FUNCTION plain_name(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE FUNCTION search_name(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT public.plain_name($1) || '%' $$;
CREATE INDEX CONCURRENTLY customers_search_idx ON customers (search_name(name));
--- safe: a search_path of its own
CREATE FUNCTION plain_name(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower($1) $$;
CREATE FUNCTION search_name(text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$ SELECT plain_name($1) || '%' $$;
CREATE INDEX CONCURRENTLY customers_search_idx ON customers (search_name(name));
