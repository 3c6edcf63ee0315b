--- unsafe: the name of the table is put together
DO $$ DECLARE name text; BEGIN FOREACH name IN ARRAY ARRAY['orders', 'customers'] LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN region text', name); END LOOP; END $$;
--- unsafe: the statement comes from a query
DO $$ DECLARE command text; BEGIN SELECT note INTO command FROM orders LIMIT 1; EXECUTE command; END $$;
--- safe: everything stands there
DO $$ BEGIN ALTER TABLE orders ADD COLUMN region text; END $$;
--- safe: what is executed is constant
DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD COLUMN region text'; END $$;
