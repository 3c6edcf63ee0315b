--- unsafe: writes wait
CREATE TRIGGER payments_touch BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--- unsafe: for each statement
CREATE CONSTRAINT TRIGGER orders_later AFTER INSERT ON public.orders DEFERRABLE FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--- safe: a table that the file makes
CREATE TABLE imports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, updated_at timestamptz);
CREATE TRIGGER imports_touch BEFORE UPDATE ON imports FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
--- safe: a function alone
CREATE FUNCTION touch_nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
