/**
 * Layout version 3 of the tracking tables, frozen: what it adds to layout 2, the runs of data migrations. It runs in one
 * transaction behind LAYOUT_1 and LAYOUT_2, with the tracking schema first on the search_path, creates only what is missing,
 * and may run any number of times. Keys are JSON arrays of the texts of their columns.
 */
export const LAYOUT_3 = `-- As in layout 1: nothing is built upon what a stranger has put there, whose triggers would run as whoever migrates.
DO $strangers$
DECLARE
  planted text;
BEGIN
  SELECT c.relname::text || ' in schema ' || current_schema()::text || ' belongs to ' || r.rolname::text INTO planted
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = current_schema()
  JOIN pg_database AS d ON d.datname = current_database()
  JOIN pg_roles AS r ON r.oid = c.relowner
  JOIN pg_roles AS me ON me.rolname = current_user
  WHERE c.relname IN ('schema_migration_runner', 'schema_data_migrations', 'schema_data_ranges', 'schema_data_batches',
      'schema_data_ranges_open', 'schema_data_batches_version')
    AND NOT r.rolsuper AND r.oid <> d.datdba AND r.oid <> n.nspowner AND r.oid <> me.oid
    AND (me.rolsuper OR NOT pg_has_role(r.oid, 'MEMBER'))
  LIMIT 1;
  IF planted IS NOT NULL THEN
    RAISE EXCEPTION '%, who is neither this role nor an owner here', planted
      USING ERRCODE = 'object_not_in_prerequisite_state',
        HINT = 'Drop it, give it to a role that may run code as whoever migrates, or keep the tracking in a schema of its own.';
  END IF;
END
$strangers$;

-- Data migrations: how far the run of each version is, what it is asked to do, and what holds it back.
CREATE TABLE IF NOT EXISTS schema_data_migrations (
  version        varchar(255) NOT NULL PRIMARY KEY,
  direction      text NOT NULL DEFAULT 'up' CHECK (direction IN ('up', 'down')),
  state          text NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'running', 'pausing', 'paused', 'interrupted', 'cancelled', 'failed', 'succeeded')),
  background     boolean NOT NULL DEFAULT false,
  body_checksum  varchar(64) NOT NULL,
  relation       text,
  relation_id    oid,
  batch_key      jsonb,
  pass           integer NOT NULL DEFAULT 1,
  cut_to         jsonb,
  end_at         jsonb,
  size           integer,
  keys_estimated bigint,
  throttle       text,
  throttle_since timestamptz,
  error          jsonb,
  skip_failed    boolean NOT NULL DEFAULT false,
  skipped        jsonb NOT NULL DEFAULT '[]',
  started_at     timestamptz,
  finished_at    timestamptz,
  updated_at     timestamptz NOT NULL DEFAULT now(),
  updated_by     text NOT NULL DEFAULT session_user
);

COMMENT ON TABLE schema_data_migrations IS 'Runs of data migrations, one row a version';
COMMENT ON COLUMN schema_data_migrations.version IS 'The version, as in schema_migrations';
COMMENT ON COLUMN schema_data_migrations.direction IS 'up: the body; down: its ROLLBACK section, in batches as well';
COMMENT ON COLUMN schema_data_migrations.state IS 'queued, running, pausing, paused, interrupted, cancelled, failed or succeeded: workers obey it behind each batch';
COMMENT ON COLUMN schema_data_migrations.background IS 'Left by migrate to whoever runs data run';
COMMENT ON COLUMN schema_data_migrations.body_checksum IS 'SHA-256 (hex) of the SQL that is run';
COMMENT ON COLUMN schema_data_migrations.relation IS 'The table that is gone through, as SQL names it';
COMMENT ON COLUMN schema_data_migrations.relation_id IS 'OID of that table when the run began';
COMMENT ON COLUMN schema_data_migrations.batch_key IS 'Columns and types of the key by which it is cut';
COMMENT ON COLUMN schema_data_migrations.pass IS '1: all rows; from 2 on: sweeps for rows that came meanwhile';
COMMENT ON COLUMN schema_data_migrations.cut_to IS 'Up to this key the pass is cut into ranges; null: nothing yet';
COMMENT ON COLUMN schema_data_migrations.end_at IS 'The last key of the pass, as it was at its begin';
COMMENT ON COLUMN schema_data_migrations.size IS 'Keys in a batch, as adapted last';
COMMENT ON COLUMN schema_data_migrations.keys_estimated IS 'How many keys there are, by the statistics of the table';
COMMENT ON COLUMN schema_data_migrations.throttle IS 'What holds the run back now, by name and in words';
COMMENT ON COLUMN schema_data_migrations.throttle_since IS 'Since when';
COMMENT ON COLUMN schema_data_migrations.error IS 'Why it failed: message, SQLSTATE, range, and the row where it is one row';
COMMENT ON COLUMN schema_data_migrations.skip_failed IS 'Rows that fail are passed over, and named in skipped';
COMMENT ON COLUMN schema_data_migrations.skipped IS 'Rows that failed and were passed over: key, message, SQLSTATE';
COMMENT ON COLUMN schema_data_migrations.started_at IS 'When the first batch was begun';
COMMENT ON COLUMN schema_data_migrations.finished_at IS 'When it was over';
COMMENT ON COLUMN schema_data_migrations.updated_at IS 'When this row was last changed';
COMMENT ON COLUMN schema_data_migrations.updated_by IS 'Session user that did it';

-- Pieces of the key space, each in the hands of one worker at a time.
CREATE TABLE IF NOT EXISTS schema_data_ranges (
  id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  version     varchar(255) NOT NULL,
  direction   text NOT NULL,
  pass        integer NOT NULL,
  kind        text NOT NULL DEFAULT 'rows' CHECK (kind IN ('rows', 'finish')),
  lo          jsonb,
  hi          jsonb,
  position    jsonb,
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
  fence       bigint NOT NULL DEFAULT 0,
  worker      uuid,
  host        text,
  process_id  integer,
  lease_until timestamptz,
  batches     integer NOT NULL DEFAULT 0,
  keys        bigint NOT NULL DEFAULT 0,
  rows        bigint NOT NULL DEFAULT 0
);

CREATE INDEX IF NOT EXISTS schema_data_ranges_open ON schema_data_ranges (version, state, id);

COMMENT ON TABLE schema_data_ranges IS 'Ranges of keys of a data migration, each in the hands of one worker at a time';
COMMENT ON COLUMN schema_data_ranges.id IS 'Number of the range';
COMMENT ON COLUMN schema_data_ranges.version IS 'The data migration';
COMMENT ON COLUMN schema_data_ranges.direction IS 'up or down';
COMMENT ON COLUMN schema_data_ranges.pass IS 'Which pass over the table it belongs to';
COMMENT ON COLUMN schema_data_ranges.kind IS 'rows, or finish: the end of the run, which one worker sees to';
COMMENT ON COLUMN schema_data_ranges.lo IS 'Keys above this one; null: from the first';
COMMENT ON COLUMN schema_data_ranges.hi IS 'Up to this key; null: to the last';
COMMENT ON COLUMN schema_data_ranges.position IS 'Done up to this key: moved in the transaction of each batch';
COMMENT ON COLUMN schema_data_ranges.state IS 'open or done';
COMMENT ON COLUMN schema_data_ranges.fence IS 'Grows with every worker that takes it; a batch of an earlier one finds another number and ends';
COMMENT ON COLUMN schema_data_ranges.worker IS 'The worker that has it';
COMMENT ON COLUMN schema_data_ranges.host IS 'Host name of the worker';
COMMENT ON COLUMN schema_data_ranges.process_id IS 'Its server process; null through a transaction pooler';
COMMENT ON COLUMN schema_data_ranges.lease_until IS 'From then on another worker may take it';
COMMENT ON COLUMN schema_data_ranges.batches IS 'Batches that were committed';
COMMENT ON COLUMN schema_data_ranges.keys IS 'Keys that they went through';
COMMENT ON COLUMN schema_data_ranges.rows IS 'Rows that they changed';

-- What was committed, one row a batch.
CREATE TABLE IF NOT EXISTS schema_data_batches (
  id          bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  version     varchar(255) NOT NULL,
  direction   text NOT NULL,
  pass        integer NOT NULL,
  range_id    bigint NOT NULL,
  lo          jsonb,
  hi          jsonb,
  keys        integer NOT NULL,
  rows        bigint NOT NULL,
  ms          integer NOT NULL,
  attempts    integer NOT NULL DEFAULT 1,
  error       text,
  worker      uuid,
  finished_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX IF NOT EXISTS schema_data_batches_version ON schema_data_batches (version, id);

COMMENT ON TABLE schema_data_batches IS 'Batches of data migrations that were committed';
COMMENT ON COLUMN schema_data_batches.id IS 'Number of the batch';
COMMENT ON COLUMN schema_data_batches.version IS 'The data migration';
COMMENT ON COLUMN schema_data_batches.direction IS 'up or down';
COMMENT ON COLUMN schema_data_batches.pass IS 'Which pass over the table it belongs to';
COMMENT ON COLUMN schema_data_batches.range_id IS 'The range that it was cut from';
COMMENT ON COLUMN schema_data_batches.lo IS 'Keys above this one; null: from the first';
COMMENT ON COLUMN schema_data_batches.hi IS 'Up to this key; null: to the last';
COMMENT ON COLUMN schema_data_batches.keys IS 'Keys in it';
COMMENT ON COLUMN schema_data_batches.rows IS 'Rows that it changed: the most of any of its statements';
COMMENT ON COLUMN schema_data_batches.ms IS 'Duration in milliseconds, without its COMMIT';
COMMENT ON COLUMN schema_data_batches.attempts IS 'How often it was tried';
COMMENT ON COLUMN schema_data_batches.error IS 'What PostgreSQL said to the last try that failed';
COMMENT ON COLUMN schema_data_batches.worker IS 'The worker that did it';
COMMENT ON COLUMN schema_data_batches.finished_at IS 'When it was about to be committed';

-- What waits for its data run has not failed; a view of another shape is somebody's own, and stays.
DO $view$
BEGIN
  IF pg_get_viewdef('migration_status'::regclass::oid) LIKE '%''rolled back''%''skipped''%''failed''%''baseline''%'
    AND pg_get_viewdef('migration_status'::regclass::oid) NOT LIKE '%''pending''%'
    AND EXISTS (SELECT FROM pg_class AS c WHERE c.oid = 'migration_status'::regclass::oid AND pg_has_role(c.relowner, 'USAGE')) THEN
    CREATE OR REPLACE VIEW migration_status AS
      SELECT version, description, applied_at, applied_by,
        CASE
          WHEN type::text = 'rollback' THEN 'rolled back'
          WHEN type::text = 'skipped' THEN 'skipped'
          WHEN NOT success AND type::text = 'data' AND error_message IS NULL THEN 'pending'
          WHEN NOT success THEN 'failed'
          WHEN type::text = 'baseline' THEN 'baseline'
          ELSE 'applied'
        END AS status
      FROM schema_migrations
      ORDER BY applied_order DESC;
    COMMENT ON COLUMN migration_status.status IS 'applied, baseline (was there before), pending, failed, rolled back or skipped';
  END IF;
END
$view$;

UPDATE schema_migration_settings SET value = '3', changed_at = now(), changed_by = session_user
WHERE key = 'layout_version' AND value = '2';
`;
