--- unsafe [whole]: LIMIT alone, committed
-- Fill the currency
-- Transaction: none
DO $$ BEGIN
  LOOP
    UPDATE orders SET currency = 'EUR' WHERE id IN (SELECT id FROM orders WHERE currency IS NULL LIMIT 1000);
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
END $$;
-- IRREVERSIBLE: which were empty is not known any more
--- unsafe [whole]: by ctid, with a WITH
-- Fill the currency
-- Transaction: none
DO $$ DECLARE done int; BEGIN
  LOOP
    WITH batch AS (SELECT id FROM orders WHERE currency IS NULL LIMIT 5000 FOR UPDATE SKIP LOCKED)
    UPDATE orders AS o SET currency = 'EUR' FROM batch WHERE o.id = batch.id;
    GET DIAGNOSTICS done = ROW_COUNT;
    EXIT WHEN done = 0;
    COMMIT;
  END LOOP;
END $$;
-- IRREVERSIBLE: which were empty is not known any more
--- unsafe: in one transaction
DO $$ BEGIN
  LOOP
    DELETE FROM payments WHERE ctid = ANY (ARRAY(SELECT ctid FROM payments WHERE retries > 5 LIMIT 1000));
    EXIT WHEN NOT FOUND;
  END LOOP;
END $$;
--- unsafe: with an EXECUTE of a constant
DO $$ BEGIN
  LOOP
    EXECUTE 'UPDATE orders SET currency = ''EUR'' WHERE id IN (SELECT id FROM orders WHERE currency IS NULL LIMIT 1000)';
    EXIT WHEN NOT FOUND;
  END LOOP;
END $$;
--- unsafe [whole]: in a procedure that the file calls
-- Fill the currency
-- Transaction: none
CREATE PROCEDURE fill_currency() LANGUAGE plpgsql AS $$ BEGIN
  LOOP
    UPDATE orders SET currency = 'EUR' WHERE id IN (SELECT id FROM orders WHERE currency IS NULL LIMIT 1000);
    EXIT WHEN NOT FOUND;
    COMMIT;
  END LOOP;
END $$;
CALL fill_currency();
-- IRREVERSIBLE: which were empty is not known any more
--- safe [whole]: from the last key on
-- Fill the currency
-- Transaction: none
DO $$ DECLARE last_id bigint := 0; BEGIN
  LOOP
    WITH batch AS (SELECT id FROM orders WHERE currency IS NULL AND id > last_id ORDER BY id LIMIT 1000),
         changed AS (UPDATE orders AS o SET currency = 'EUR' FROM batch WHERE o.id = batch.id RETURNING o.id)
    SELECT max(id) INTO last_id FROM changed;
    EXIT WHEN last_id IS NULL;
    COMMIT;
  END LOOP;
END $$;
-- IRREVERSIBLE: which were empty is not known any more
--- safe [whole]: ranges of the key
-- Fill the currency
-- Transaction: none
DO $$ DECLARE start_id bigint; BEGIN
  FOR start_id IN SELECT generate_series(1, 2000000, 10000) LOOP
    UPDATE orders SET currency = 'EUR' WHERE currency IS NULL AND id BETWEEN start_id AND start_id + 9999;
    COMMIT;
  END LOOP;
END $$;
-- IRREVERSIBLE: which were empty is not known any more
--- safe: once, no loop
DELETE FROM payments WHERE id IN (SELECT id FROM payments WHERE retries > 5 LIMIT 1000);
