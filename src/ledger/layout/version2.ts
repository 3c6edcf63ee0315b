/**
 * Layout version 2 of the tracking tables, frozen: what it adds to layout 1, the lease of the runner that is at work. It runs
 * in one transaction behind LAYOUT_1, which has put the tracking schema first on the search_path, creates only what is
 * missing, and may run any number of times.
 */
export const LAYOUT_2 = `-- The lease of the run that is at work: one row. A run renews it every few seconds; one that stops doing so has ended.
CREATE TABLE IF NOT EXISTS schema_migration_runner (
  only_row     boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row),
  fence        bigint NOT NULL DEFAULT 0,
  run_id       uuid,
  database_id  oid,
  held_by      text,
  host         text,
  tool_version text,
  process_id   integer,
  session_lock boolean NOT NULL DEFAULT false,
  held_since   timestamptz,
  renewed_at   timestamptz,
  expires_at   timestamptz
);

COMMENT ON TABLE schema_migration_runner IS 'The run that works on this database at the moment: its lease, one row';
COMMENT ON COLUMN schema_migration_runner.only_row IS 'Always true: there is one row';
COMMENT ON COLUMN schema_migration_runner.fence IS 'Grows with every run; a transaction of an older run finds another number and ends';
COMMENT ON COLUMN schema_migration_runner.run_id IS 'The run that holds the lease; null while it is free';
COMMENT ON COLUMN schema_migration_runner.database_id IS 'OID of the database it was taken in: in a copy of the database it means nothing';
COMMENT ON COLUMN schema_migration_runner.held_by IS 'Session user of the run';
COMMENT ON COLUMN schema_migration_runner.host IS 'Host name of the client';
COMMENT ON COLUMN schema_migration_runner.tool_version IS 'Version of taskflow-db';
COMMENT ON COLUMN schema_migration_runner.process_id IS 'Server process that took the lease';
COMMENT ON COLUMN schema_migration_runner.session_lock IS 'That process holds an advisory lock as long as the run lives; not so through a transaction pooler';
COMMENT ON COLUMN schema_migration_runner.held_since IS 'When the lease was taken';
COMMENT ON COLUMN schema_migration_runner.renewed_at IS 'When the run last said that it is alive';
COMMENT ON COLUMN schema_migration_runner.expires_at IS 'From then on another run may take the lease';

INSERT INTO schema_migration_runner (only_row) VALUES (true) ON CONFLICT (only_row) DO NOTHING;

UPDATE schema_migration_settings SET value = '2', changed_at = now(), changed_by = session_user
WHERE key = 'layout_version' AND value = '1';
`;
