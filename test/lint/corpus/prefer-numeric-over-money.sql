--- unsafe: money
CREATE TABLE refunds (id bigint PRIMARY KEY, amount money NOT NULL);
--- unsafe: a money column that is added
ALTER TABLE orders ADD COLUMN refunded money;
--- safe: numeric
CREATE TABLE refunds (id bigint PRIMARY KEY, amount numeric(12, 2) NOT NULL);
--- safe: a type of that name in a schema of one's own
CREATE TABLE refunds (id bigint PRIMARY KEY, amount app.money NOT NULL);
