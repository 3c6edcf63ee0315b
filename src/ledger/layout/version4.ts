/**
 * Layout version 4 of the tracking tables, frozen: what it adds to layout 3, how long a batch of a run should take where somebody
 * has said so for that run. It runs in one transaction behind the layouts before it, creates only what is missing, and may run any
 * number of times.
 */
export const LAYOUT_4 = `ALTER TABLE schema_data_migrations ADD COLUMN IF NOT EXISTS target_ms integer CHECK (target_ms BETWEEN 10 AND 60000);

COMMENT ON COLUMN schema_data_migrations.target_ms IS 'How long a batch should take, in milliseconds, as asked for this run; null: as its file or the configuration says';

UPDATE schema_migration_settings SET value = '4', changed_at = now(), changed_by = session_user
WHERE key = 'layout_version' AND value = '3';
`;
