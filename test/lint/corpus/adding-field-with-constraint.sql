--- given
CREATE TABLE "Wish List" ("Customer Id" bigint, "Größe" text, a_column_whose_name_is_so_long_that_it_will_be_cut_somewhere text);
CREATE DOMAIN percentage AS numeric CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN label AS text;
--- unsafe: a check with a default
ALTER TABLE orders ADD COLUMN priority bigint NOT NULL DEFAULT 1 CHECK (priority > 0);
--- unsafe: unique
ALTER TABLE orders ADD COLUMN code text UNIQUE;
--- unsafe: unique with a name, deferrable
ALTER TABLE orders ADD COLUMN code text CONSTRAINT orders_code_unique UNIQUE DEFERRABLE INITIALLY DEFERRED;
--- unsafe: a default that is looked up for every row
ALTER TABLE orders ADD COLUMN seller_id bigint DEFAULT 1 REFERENCES customers (id);
--- unsafe: a domain with a check
ALTER TABLE orders ADD COLUMN share percentage;
--- unsafe: names in quotes
ALTER TABLE "Wish List" ADD COLUMN "Priorität" text COLLATE "C" DEFAULT 'low' NOT NULL CONSTRAINT "Known ones" CHECK ("Priorität" IN ('low', 'high'));
--- safe: a reference without a default
ALTER TABLE orders ADD COLUMN seller_id bigint REFERENCES customers (id);
CREATE INDEX CONCURRENTLY orders_seller_id_idx ON orders (seller_id);
--- safe: a domain without a check
ALTER TABLE orders ADD COLUMN label label;
--- safe: the column alone
ALTER TABLE orders ADD COLUMN priority bigint NOT NULL DEFAULT 1;
--- safe: the check apart, not valid
ALTER TABLE orders ADD COLUMN priority bigint NOT NULL DEFAULT 1;
ALTER TABLE orders ADD CONSTRAINT orders_priority_check CHECK (priority > 0) NOT VALID;
