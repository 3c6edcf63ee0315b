--- unsafe: no comment
CREATE TABLE IF NOT EXISTS app.notes (id bigint PRIMARY KEY);
--- unsafe: a comment on another table
CREATE TABLE IF NOT EXISTS app.notes (id bigint PRIMARY KEY);
COMMENT ON TABLE app.orders IS 'What people bought';
--- safe: a comment
CREATE TABLE IF NOT EXISTS app.notes (id bigint PRIMARY KEY);
COMMENT ON TABLE app.notes IS 'What people wrote down';
--- safe: of a temporary table nobody asks
CREATE TEMPORARY TABLE IF NOT EXISTS picked (order_id bigint);
