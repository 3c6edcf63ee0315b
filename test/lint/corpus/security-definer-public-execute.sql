--- unsafe: nothing is revoked
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT 1
$$;
--- unsafe: revoked from a role that is not PUBLIC
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT 1 $$;
REVOKE EXECUTE ON FUNCTION cancel_order(bigint) FROM reporting;
--- unsafe: revoked of another function
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT 1 $$;
REVOKE EXECUTE ON FUNCTION touch_updated_at() FROM PUBLIC;
--- safe: revoked, then granted
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT 1
$$;
REVOKE EXECUTE ON FUNCTION cancel_order(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cancel_order(bigint) TO support;
--- safe: by default privileges
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE FUNCTION cancel_order(order_id bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$ SELECT 1 $$;
--- safe: nobody can call a trigger function
CREATE FUNCTION keep_total() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN NEW;
END $$;
