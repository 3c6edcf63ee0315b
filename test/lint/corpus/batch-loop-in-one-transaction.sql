--- unsafe: ranges without COMMIT
DO $$ BEGIN
  FOR i IN 0..199 LOOP
    UPDATE orders SET currency = 'EUR' WHERE id > i * 10000 AND id <= (i + 1) * 10000;
  END LOOP;
END $$;
--- unsafe: row by row
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT id, total FROM orders LOOP
    UPDATE orders SET total = round(r.total, 1) WHERE id = r.id;
  END LOOP;
END $$;
--- unsafe: COMMIT, and the file in a transaction around it
BEGIN;
DO $$ BEGIN
  FOR i IN 0..199 LOOP
    UPDATE orders SET currency = 'EUR' WHERE id > i * 10000 AND id <= (i + 1) * 10000;
    COMMIT;
  END LOOP;
END $$;
COMMIT;
--- unsafe: DELETE in a WHILE
DO $$ DECLARE n bigint := 0; BEGIN
  WHILE n < 1000000 LOOP
    DELETE FROM payments WHERE id BETWEEN n AND n + 999;
    n := n + 1000;
  END LOOP;
END $$;
--- safe [whole]: each round committed
-- Fill the currency
-- Transaction: none
DO $$ BEGIN
  FOR i IN 0..199 LOOP
    UPDATE orders SET currency = 'EUR' WHERE id > i * 10000 AND id <= (i + 1) * 10000;
    COMMIT;
  END LOOP;
END $$;
-- IRREVERSIBLE: which were empty is not known any more
--- safe: of a table that the file makes
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL);
DO $$ BEGIN
  FOR i IN 1..9 LOOP
    UPDATE tiers SET name = 'tier ' || i WHERE id = i;
  END LOOP;
END $$;
--- safe: no loop
DO $$ BEGIN
  UPDATE orders SET currency = 'EUR' WHERE id = 42;
END $$;
