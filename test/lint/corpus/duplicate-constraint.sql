--- unsafe: UNIQUE beside the primary key
CREATE TABLE coupons (id bigint PRIMARY KEY UNIQUE, code text NOT NULL);
--- unsafe: a second UNIQUE on the same columns
CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL, CONSTRAINT coupons_code_key UNIQUE (code));
ALTER TABLE coupons ADD CONSTRAINT coupons_code_unique UNIQUE (code);
--- unsafe: a second foreign key
ALTER TABLE orders ADD CONSTRAINT orders_customer_fk FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;
--- safe: one each
CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL UNIQUE);
--- safe: UNIQUE on other columns
CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL, campaign text, UNIQUE (code), UNIQUE (campaign, code));
--- safe: two foreign keys to two tables
CREATE TABLE sends (id bigint PRIMARY KEY, user_id integer REFERENCES users (id), customer_id bigint REFERENCES customers (id));
CREATE INDEX sends_user_id_idx ON sends (user_id);
CREATE INDEX sends_customer_id_idx ON sends (customer_id);
--- unsafe: a second one that is checked later
CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL, UNIQUE (code));
ALTER TABLE coupons ADD UNIQUE (code) DEFERRABLE;
--- safe: the columns in another order, whose index finds by the second one
CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL, campaign text, UNIQUE (code, campaign), UNIQUE (campaign, code));
--- safe [server 15]: NULL counts as a value in the second one
CREATE TABLE coupons (id bigint PRIMARY KEY, code text, UNIQUE (code), UNIQUE NULLS NOT DISTINCT (code));
--- safe: the first one is checked only at the end of the transaction
CREATE TABLE coupons (id bigint PRIMARY KEY, code text, UNIQUE (code) DEFERRABLE INITIALLY DEFERRED, UNIQUE (code));
--- safe: the same column points at two keys of one table
CREATE TABLE places (id bigint PRIMARY KEY, number bigint NOT NULL UNIQUE);
CREATE TABLE visits (id bigint PRIMARY KEY, place bigint, FOREIGN KEY (place) REFERENCES places (id), FOREIGN KEY (place) REFERENCES places (number));
CREATE INDEX visits_place_idx ON visits (place);
