--- unsafe: all rows with a gap
UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;
--- unsafe: joined with another table
UPDATE payments AS p SET state = 'paid' FROM orders AS o WHERE o.id = p.order_id AND o.status = 'paid';
--- unsafe: a column that is not unique
UPDATE orders SET note = NULL WHERE customer_id = 7;
--- unsafe: half a key
UPDATE events SET kind = 'click' WHERE id = 7;
--- unsafe: a range with one end
UPDATE orders SET note = NULL WHERE id > 1000;
--- unsafe: a range that is too long
UPDATE orders SET note = NULL WHERE id BETWEEN 1 AND 10000000;
--- unsafe: keys from a query without an end
UPDATE orders SET note = NULL WHERE id IN (SELECT order_id FROM payments);
--- unsafe: in a DO block
DO $$ BEGIN
  UPDATE orders SET currency = 'EUR' WHERE currency IS NULL;
END $$;
--- unsafe: a column equal to another one
UPDATE orders SET note = NULL WHERE id = customer_id;
--- unsafe [whole]: a loop whose rounds have no end
-- Fill the currency
-- Transaction: none
DO $$ BEGIN
  FOR i IN 1..10 LOOP
    UPDATE orders SET currency = 'EUR' WHERE currency IS NULL AND id > i * 1000;
    COMMIT;
  END LOOP;
END $$;
-- IRREVERSIBLE: which were empty is not known any more
--- unsafe: in a function that the file calls
CREATE FUNCTION fill_currency(wanted text) RETURNS void LANGUAGE sql AS $$
  UPDATE orders SET currency = wanted WHERE currency IS NULL
$$;
SELECT fill_currency('EUR');
--- safe: one row by its key
UPDATE orders SET note = NULL WHERE id = 42;
--- safe: a unique column
UPDATE customers SET name = 'Ada' WHERE email = 'ada@example.com';
--- safe: the whole of a key of two columns
UPDATE events SET kind = 'click' WHERE id = 7 AND created_at = '2026-01-05 10:00:00+00';
--- safe: a list of keys
UPDATE orders SET note = NULL WHERE id = ANY (ARRAY[1, 2, 3]);
--- safe: rows that stand in the statement
UPDATE orders AS o SET note = v.note FROM (VALUES (1, 'a'), (2, 'b')) AS v(id, note) WHERE o.id = v.id;
--- safe: a limited number
UPDATE orders SET note = NULL WHERE id IN (SELECT id FROM orders WHERE note = '' ORDER BY id LIMIT 1000);
--- safe: a short range
UPDATE orders SET note = NULL WHERE id >= 1 AND id < 10001;
--- safe: a table that the file makes
CREATE TABLE tiers (id bigint PRIMARY KEY, name text NOT NULL, rank integer);
UPDATE tiers SET rank = 1 WHERE name LIKE 'g%';
--- safe [whole]: batches by key, each committed
-- Fill the currency
-- Transaction: none
DO $$
DECLARE
  last_id bigint := 0;
  end_id bigint := (SELECT max(id) FROM orders);
BEGIN
  WHILE last_id < end_id LOOP
    UPDATE orders SET currency = 'EUR' WHERE currency IS NULL AND id > last_id AND id <= last_id + 10000;
    COMMIT;
    last_id := last_id + 10000;
  END LOOP;
END $$;
-- IRREVERSIBLE: which were empty is not known any more
--- safe: in a function that is only made
CREATE FUNCTION fill_currency(wanted text) RETURNS void LANGUAGE sql AS $$
  UPDATE orders SET currency = wanted WHERE currency IS NULL
$$;
--- safe: one row in a function that is called
CREATE FUNCTION rename_customer(wanted bigint, given text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  UPDATE customers SET name = given WHERE id = wanted;
END $$;
SELECT rename_customer(42, 'Ada');
