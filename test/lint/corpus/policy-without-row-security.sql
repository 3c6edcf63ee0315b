--- unsafe: of a new table
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL);
CREATE POLICY notes_own ON notes USING (owner_name = current_user);
--- unsafe: of a table that is there
CREATE POLICY users_own ON users USING (email = current_user);
--- safe: switched on behind it
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL);
CREATE POLICY notes_own ON notes USING (owner_name = current_user);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
--- safe: of a table that no file made
CREATE POLICY elsewhere_own ON elsewhere USING (owner_name = current_user);
