--- given
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY notes_own ON notes USING (owner_name = current_user);
--- unsafe: a view of the table
CREATE VIEW all_notes AS SELECT id, body FROM notes;
--- unsafe: behind a join and a subquery
CREATE VIEW note_counts AS SELECT c.id, (SELECT count(*) FROM notes AS n WHERE n.owner_name = c.name) FROM customers AS c;
--- unsafe: security_invoker off
CREATE VIEW all_notes WITH (security_invoker = false) AS SELECT id, body FROM notes;
--- safe: with the rights of the reader
CREATE VIEW all_notes WITH (security_invoker = true) AS SELECT id, body FROM notes;
--- safe: switched on behind it
CREATE VIEW all_notes AS SELECT id, body FROM notes;
ALTER VIEW all_notes SET (security_invoker = true);
--- unsafe [server 18]: a barrier is no invoker
CREATE VIEW all_notes WITH (security_barrier) AS SELECT id, body FROM notes WHERE owner_name = current_user;
--- safe [server 14]: before there is an invoker, it chooses the rows itself
CREATE VIEW all_notes WITH (security_barrier) AS SELECT id, body FROM notes WHERE owner_name = current_user;
--- safe: of a table without row security
CREATE VIEW customer_names AS SELECT id, name FROM customers;
