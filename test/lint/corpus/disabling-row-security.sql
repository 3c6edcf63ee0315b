--- given
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY notes_own ON notes USING (owner_name = current_user);
--- unsafe: switched off
ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
--- unsafe: together with something else
ALTER TABLE notes ALTER COLUMN body SET DEFAULT '', DISABLE ROW LEVEL SECURITY;
--- safe: one role is let through by a policy
CREATE POLICY notes_support ON notes FOR SELECT TO support USING (true);
--- safe: off for what the file does, and on again
ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
