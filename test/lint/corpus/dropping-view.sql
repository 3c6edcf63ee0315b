--- unsafe: a view
DROP VIEW active_users;

--- unsafe: a materialized view
DROP MATERIALIZED VIEW IF EXISTS order_totals;

--- unsafe: made again only in another transaction
DROP VIEW active_users;
CREATE INDEX CONCURRENTLY users_name_idx ON users (name);
CREATE VIEW active_users AS SELECT id, email, name FROM users WHERE active;

--- unsafe: made again in the same transaction, without its privileges
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, email, name, age FROM users WHERE active;
--- safe: made again in the same transaction, with its privileges
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, email, name, age FROM users WHERE active;
GRANT SELECT ON active_users TO reporting;

--- safe: a view that the same file makes
CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE shipped_at IS NULL;
DROP VIEW open_orders;

--- safe: changed in place
CREATE OR REPLACE VIEW active_users AS SELECT id, email, name, age FROM users WHERE active;
