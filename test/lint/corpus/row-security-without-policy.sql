--- unsafe: switched on alone
ALTER TABLE payments ENABLE ROW LEVEL SECURITY;
--- unsafe: a new table
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--- safe: with a policy behind it
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY notes_own ON notes USING (owner_name = current_user);
--- safe: with a policy before it
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL);
CREATE POLICY notes_own ON notes USING (owner_name = current_user);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
--- safe: in a DO block
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL);
DO $$ BEGIN
  ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
  CREATE POLICY notes_own ON notes USING (owner_name = current_user);
END $$;
