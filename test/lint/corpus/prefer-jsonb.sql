--- unsafe: json
CREATE TABLE messages (id bigint PRIMARY KEY, body json NOT NULL);
--- unsafe: a json column that is added
ALTER TABLE orders ADD COLUMN extra json;
--- unsafe: with a default, in capitals
ALTER TABLE orders ADD COLUMN extra JSON DEFAULT '{}';
--- safe: jsonb
CREATE TABLE messages (id bigint PRIMARY KEY, body jsonb NOT NULL);
--- safe: a jsonb column that is added
ALTER TABLE orders ADD COLUMN extra jsonb DEFAULT '{}';
