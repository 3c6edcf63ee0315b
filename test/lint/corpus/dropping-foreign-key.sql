--- unsafe: locks orders and customers
ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey;
--- unsafe: if it is there
ALTER TABLE public.order_items DROP CONSTRAINT IF EXISTS order_items_order_id_fkey;
--- unsafe: a table with foreign keys
DROP TABLE order_items;
--- safe: a check
ALTER TABLE orders DROP CONSTRAINT orders_total_positive;
--- safe: a table that the file makes
CREATE TABLE drafts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text, code text CONSTRAINT drafts_code_known CHECK (code <> ''));
ALTER TABLE drafts DROP CONSTRAINT drafts_code_known;
