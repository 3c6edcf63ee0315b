--- unsafe: integer for bigint
CREATE TABLE returns (id bigint PRIMARY KEY, order_id integer NOT NULL REFERENCES orders (id));
CREATE INDEX returns_order_id_idx ON returns (order_id);
--- unsafe: by the primary key, which is not named
CREATE TABLE returns (id bigint PRIMARY KEY, order_id integer NOT NULL REFERENCES orders);
CREATE INDEX returns_order_id_idx ON returns (order_id);
--- unsafe: bigint for integer, in ALTER TABLE
CREATE TABLE badges (id bigint PRIMARY KEY, user_id bigint NOT NULL);
CREATE INDEX badges_user_id_idx ON badges (user_id);
ALTER TABLE badges ADD CONSTRAINT badges_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id);
--- unsafe: smallint for integer
CREATE TABLE badges (id bigint PRIMARY KEY, user_id smallint NOT NULL REFERENCES users (id));
CREATE INDEX badges_user_id_idx ON badges (user_id);
--- safe: the same type
CREATE TABLE returns (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders (id));
CREATE INDEX returns_order_id_idx ON returns (order_id);
--- safe: integer for integer
CREATE TABLE badges (id bigint PRIMARY KEY, user_id integer NOT NULL REFERENCES users (id));
CREATE INDEX badges_user_id_idx ON badges (user_id);
--- safe: varchar for text
CREATE TABLE aliases (id bigint PRIMARY KEY, email varchar(320) NOT NULL REFERENCES customers (email));
CREATE INDEX aliases_email_idx ON aliases (email);
