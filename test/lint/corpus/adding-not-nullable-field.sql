--- given
CREATE TABLE "Wish List" ("Customer Id" bigint, "Größe" text, a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere text);
ALTER TABLE customers ADD CONSTRAINT customers_phone_present CHECK (phone IS NOT NULL);
ALTER TABLE customers ADD CONSTRAINT customers_country_present CHECK (country IS NOT NULL) NOT VALID;
--- unsafe: reads the table
ALTER TABLE orders ALTER COLUMN reference SET NOT NULL;
--- unsafe [server 12]: on an old server
ALTER TABLE orders ALTER note SET NOT NULL;
--- unsafe: beside another command
ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'EUR', ALTER COLUMN currency SET NOT NULL;
--- unsafe: a check that is not valid proves nothing
ALTER TABLE customers ALTER COLUMN country SET NOT NULL;
--- unsafe [server 18]: as a constraint
ALTER TABLE orders ADD CONSTRAINT orders_note_required NOT NULL note;
--- unsafe [server 18]: as a constraint without a name
ALTER TABLE public.orders ADD NOT NULL updated_at;
--- unsafe: a partitioned table
ALTER TABLE logs ALTER COLUMN level SET NOT NULL;
--- unsafe: names in quotes
ALTER TABLE IF EXISTS "Wish List" ALTER "Größe" SET NOT NULL;
--- unsafe: a long name that PostgreSQL cuts
ALTER TABLE "Wish List" ALTER COLUMN a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere SET NOT NULL;
--- safe: a valid check proves it
ALTER TABLE customers ALTER COLUMN phone SET NOT NULL;
--- safe [server 18]: a constraint that is not valid yet
ALTER TABLE orders ADD CONSTRAINT orders_note_not_null NOT NULL note NOT VALID;
--- safe [server 16]: the check to prove it later
ALTER TABLE orders ADD CONSTRAINT orders_note_not_null CHECK (note IS NOT NULL) NOT VALID;
--- safe: it is NOT NULL already
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
--- safe: a table that the file makes
CREATE TABLE refunds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, amount numeric);
ALTER TABLE refunds ALTER COLUMN amount SET NOT NULL;
