--- unsafe: char(2)
CREATE TABLE countries (id bigint PRIMARY KEY, code char(2) NOT NULL);
--- unsafe: char, which is char(1)
CREATE TABLE countries (id bigint PRIMARY KEY, flag char);
--- unsafe: character(3), added
ALTER TABLE orders ADD COLUMN currency_code character(3);
--- unsafe: national character
ALTER TABLE orders ADD COLUMN currency_code national character(3);
--- safe: text with a CHECK
CREATE TABLE countries (id bigint PRIMARY KEY, code text NOT NULL CHECK (code ~ '^[A-Z]{2}$'));
--- safe: character varying
CREATE TABLE countries (id bigint PRIMARY KEY, code character varying(2) NOT NULL);
--- safe: the one-byte type "char"
CREATE TABLE countries (id bigint PRIMARY KEY, kind "char");
