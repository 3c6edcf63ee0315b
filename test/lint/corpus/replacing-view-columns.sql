--- unsafe: a column is left out
CREATE OR REPLACE VIEW active_users AS SELECT id, name FROM users WHERE active;

--- unsafe: a column comes before the others
CREATE OR REPLACE VIEW active_users AS SELECT customer_id, id, email, name FROM users WHERE active;

--- unsafe: a column has another name
CREATE OR REPLACE VIEW active_users (id, mail, name) AS SELECT id, email, name FROM users WHERE active;

--- unsafe: a column has another type
CREATE OR REPLACE VIEW active_users AS SELECT id::bigint AS id, email, name FROM users WHERE active;

--- unsafe: dropped and made again without a column
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, name FROM users WHERE active;

--- safe: another column at the end
CREATE OR REPLACE VIEW active_users AS SELECT id, email, name, customer_id FROM users WHERE active;

--- safe: the same columns of other rows
CREATE OR REPLACE VIEW active_users AS SELECT id, email, name FROM users WHERE active AND last_login IS NOT NULL;

--- safe: dropped and made again with more
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT customer_id, id, email, name FROM users WHERE active;
