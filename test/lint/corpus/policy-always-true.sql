--- given
CREATE TABLE notes (id bigint PRIMARY KEY, owner_name text NOT NULL, body text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY notes_own ON notes USING (owner_name = current_user);
--- unsafe: for everything
CREATE POLICY notes_all ON notes USING (true);
--- unsafe: for INSERT
CREATE POLICY notes_insert ON notes FOR INSERT WITH CHECK (true);
--- unsafe: for UPDATE
CREATE POLICY notes_update ON notes FOR UPDATE TO app USING (true) WITH CHECK (true);
--- unsafe: for DELETE
CREATE POLICY notes_delete ON notes FOR DELETE USING (true);
--- safe: the owner's rows
CREATE POLICY notes_update ON notes FOR UPDATE USING (owner_name = current_user);
--- safe: all may read
CREATE POLICY notes_read ON notes FOR SELECT USING (true);
--- safe: any row may be taken, into one's own
CREATE POLICY notes_take ON notes FOR UPDATE USING (true) WITH CHECK (owner_name = current_user);
--- safe: a restriction takes nothing away
CREATE POLICY notes_fence ON notes AS RESTRICTIVE USING (true);
