--- unsafe: a new role
CREATE ROLE app LOGIN PASSWORD 'sesame';
--- unsafe: another password
ALTER USER app WITH PASSWORD 'sesame';
--- unsafe: a hash is a secret too
ALTER ROLE app PASSWORD 'md5a3556571e93b0d20722ba62be61e8c2d';
--- unsafe: a user mapping
CREATE USER MAPPING FOR app SERVER warehouse OPTIONS (user 'app', password 'sesame');
--- unsafe: a subscription
CREATE SUBSCRIPTION orders_sub CONNECTION 'host=primary user=repl password=sesame' PUBLICATION orders_pub WITH (connect = false);
--- safe: a role without one
CREATE ROLE app LOGIN;
--- safe: none any more
ALTER ROLE app PASSWORD NULL;
--- safe: a user mapping without one
CREATE USER MAPPING FOR app SERVER warehouse OPTIONS (user 'app');
--- safe: a column of that name
ALTER TABLE orders ADD COLUMN password text;
