--- unsafe: a key word
CREATE TABLE "user" (id bigint PRIMARY KEY);
--- unsafe: capitals
ALTER TABLE orders ADD COLUMN "shippedBy" text;
--- unsafe: a blank
CREATE VIEW "open orders" AS SELECT id FROM orders;
--- safe: lower case
CREATE TABLE app_user (id bigint PRIMARY KEY);
--- safe: quotes that are not needed
CREATE TABLE "invoices" ("id" bigint PRIMARY KEY);
--- safe: capitals that are folded
ALTER TABLE orders ADD COLUMN Shipped_By text;
