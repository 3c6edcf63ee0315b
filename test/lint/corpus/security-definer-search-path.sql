--- unsafe: no search_path
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
  SELECT 1
$$;
REVOKE EXECUTE ON FUNCTION cancel_order(bigint) FROM PUBLIC;
--- unsafe: a trigger function in PL/pgSQL
CREATE OR REPLACE FUNCTION keep_total() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  RETURN NEW;
END $$;
--- unsafe: a procedure
CREATE PROCEDURE app.tidy(days integer) LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN NULL; END $$;
REVOKE EXECUTE ON PROCEDURE app.tidy(integer) FROM PUBLIC;
--- unsafe: made so by ALTER
ALTER FUNCTION cancel_order(bigint) SECURITY DEFINER;
--- unsafe: the temporary schema of the caller comes first
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = app, public AS $$
  SELECT 1
$$;
REVOKE EXECUTE ON FUNCTION cancel_order(bigint) FROM PUBLIC;
--- unsafe: that of whoever makes it
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
  SELECT 1
$$;
REVOKE EXECUTE ON FUNCTION cancel_order(bigint) FROM PUBLIC;
--- safe: a search_path that ends in pg_temp
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT 1
$$;
REVOKE EXECUTE ON FUNCTION cancel_order(bigint) FROM PUBLIC;
--- safe: an empty one, with all names qualified
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  SELECT 1
$$;
REVOKE ALL ON FUNCTION cancel_order(bigint) FROM PUBLIC;
--- safe: set by ALTER in the same file
CREATE FUNCTION keep_total() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN NEW; END $$;
ALTER FUNCTION keep_total() SET search_path = pg_catalog, pg_temp;
--- safe: an empty one by ALTER in the same file
CREATE FUNCTION keep_total() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN NEW; END $$;
ALTER FUNCTION keep_total() SET search_path = '';
--- safe: with the rights of the caller
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql AS $$ SELECT 1 $$;
--- safe: BEGIN ATOMIC has bound its names
CREATE FUNCTION order_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT count(*) FROM public.orders; END;
REVOKE EXECUTE ON FUNCTION order_count() FROM PUBLIC;
