--- unsafe: into a table in use
INSERT INTO payments (order_id, amount, method) SELECT id, total, 'cash' FROM orders WHERE status = 'paid';
--- unsafe: into a new table
CREATE TABLE order_notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint, note text);
INSERT INTO order_notes (order_id, note) SELECT id, note FROM orders;
--- unsafe: joined
INSERT INTO payments (order_id, amount, method) SELECT o.id, o.total, 'cash' FROM orders o JOIN customers c ON c.id = o.customer_id;
--- safe: rows that stand there
INSERT INTO payments (order_id, amount, method) VALUES (1, 2, 'cash'), (2, 3, 'card');
--- safe: made by a function
CREATE TABLE days (day date PRIMARY KEY);
INSERT INTO days SELECT generate_series('2026-01-01'::date, '2026-12-31'::date, '1 day')::date;
--- safe: only where it is not there yet
INSERT INTO customers (email, name) SELECT 'shop@example.com', 'Shop' WHERE NOT EXISTS (SELECT FROM customers WHERE email = 'shop@example.com');
--- safe: a limited number
INSERT INTO payments (order_id, amount, method) SELECT id, total, 'cash' FROM orders ORDER BY id LIMIT 100;
