--- unsafe: varchar with a limit
CREATE TABLE IF NOT EXISTS app.notes (id bigint PRIMARY KEY, title varchar(100) NOT NULL);
COMMENT ON TABLE app.notes IS 'What people wrote down';
--- unsafe: in full, added
ALTER TABLE public.orders ADD COLUMN IF NOT EXISTS label character varying(20);
--- safe: text with a CHECK
CREATE TABLE IF NOT EXISTS app.notes (id bigint PRIMARY KEY, title text NOT NULL CHECK (char_length(title) <= 100));
COMMENT ON TABLE app.notes IS 'What people wrote down';
--- safe: varchar without a limit
ALTER TABLE public.orders ADD COLUMN IF NOT EXISTS label varchar;
