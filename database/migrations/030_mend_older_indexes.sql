-- Mend the indexes and triggers of older installations
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 010_create_ai_outputs, 011_create_processing_jobs, 012_create_exercise_permissions, 014_create_webhook_deliveries, 017_create_workflow_block_inputs, 018_create_workflow_dashboard_configs, 019_create_workflow_embedding_configs, 020_create_workflow_similarity_configs, 024_create_indexes, 025_maintain_updated_at
--
-- Gives tables that were made by hand the indexes that a new installation has, under its names, and one trigger each for
-- updated_at. What is right under another name is renamed; what is invalid or has the name of something else is built
-- anew; an index that does no more than one of these or a key already does is dropped, with a notice; all other indexes
-- that people have stay. Changes nothing where nothing differs.
-- An index that is missing takes SHARE on its table while it is built; dropping one takes ACCESS EXCLUSIVE for an instant.
-- The rollback keeps what was mended: what was there before is not known any more.

-- The indexes as the migrations before create them, each as PostgreSQL prints it
CREATE OR REPLACE FUNCTION mend_wanted_indexes()
RETURNS TABLE (table_name text, index_name text, is_unique boolean, definition text)
LANGUAGE sql
AS $$
  SELECT *
  FROM (VALUES
      ('workflows', 'workflows_created_by_idx', false, 'USING btree (created_by)'),
      ('workflows', 'workflows_one_default_idx', true, 'USING btree (is_default) WHERE is_default'),
      ('exercises', 'exercises_created_by_idx', false, 'USING btree (created_by)'),
      ('exercises', 'exercises_is_active_name_idx', false, 'USING btree (is_active, name)'),
      ('exercises', 'exercises_one_default_idx', true, 'USING btree (is_default) WHERE is_default'),
      ('requests', 'requests_assigned_analyst_id_status_idx', false, 'USING btree (assigned_analyst_id, status)'),
      ('requests', 'requests_status_date_received_idx', false, 'USING btree (status, date_received)'),
      ('requests', 'requests_due_date_idx', false, 'USING btree (due_date)'),
      ('requests', 'requests_workflow_id_idx', false, 'USING btree (workflow_id)'),
      ('requests', 'requests_exercise_id_idx', false, 'USING btree (exercise_id)'),
      ('requests', 'requests_embedding_status_idx', false, 'USING btree (embedding_status)'),
      ('ai_outputs', 'ai_outputs_request_id_version_idx', false, 'USING btree (request_id, version DESC)'),
      ('processing_jobs', 'processing_jobs_pending_created_at_idx', false,
        'USING btree (created_at) WHERE (status = ''PENDING''::job_status)'),
      ('processing_jobs', 'processing_jobs_request_id_idx', false, 'USING btree (request_id)'),
      ('processing_jobs', 'processing_jobs_workflow_id_idx', false, 'USING btree (workflow_id)'),
      ('exercise_permissions', 'exercise_permissions_user_id_idx', false, 'USING btree (user_id)'),
      ('webhooks', 'webhooks_is_active_idx', false, 'USING btree (is_active)'),
      ('webhooks', 'webhooks_events_idx', false, 'USING gin (events)'),
      ('webhook_deliveries', 'webhook_deliveries_webhook_id_created_at_idx', false,
        'USING btree (webhook_id, created_at DESC)'),
      ('webhook_deliveries', 'webhook_deliveries_status_created_at_idx', false,
        'USING btree (status, created_at DESC)'),
      ('webhook_deliveries', 'webhook_deliveries_created_at_idx', false, 'USING btree (created_at DESC)'),
      ('workflow_blocks', 'workflow_blocks_workflow_id_order_index_idx', false,
        'USING btree (workflow_id, order_index)'),
      ('workflow_block_inputs', 'workflow_block_inputs_block_id_idx', false, 'USING btree (block_id)'),
      ('workflow_block_inputs', 'workflow_block_inputs_source_block_id_idx', false, 'USING btree (source_block_id)'),
      ('custom_instructions', 'custom_instructions_workflow_block_id_idx', false, 'USING btree (workflow_block_id)'),
      ('custom_instructions', 'custom_instructions_created_by_idx', false, 'USING btree (created_by)'),
      ('ground_truth_data', 'ground_truth_data_workflow_block_id_idx', false, 'USING btree (workflow_block_id)'),
      ('ground_truth_data', 'ground_truth_data_created_by_idx', false, 'USING btree (created_by)')
  ) AS wanted
$$;

DO $$
DECLARE
  wanted record;
  present record;
BEGIN
  FOR wanted IN
    SELECT *, table_name::regclass AS relation FROM mend_wanted_indexes()
  LOOP
    -- The index as it should be, whatever its name; the one with the right name first
    SELECT relname INTO present
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = wanted.relation
      AND indisvalid AND indisunique = wanted.is_unique
      AND pg_get_indexdef(indexrelid) LIKE '% ' || replace(wanted.definition, '_', '\_')
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY relname = wanted.index_name DESC, relname
    LIMIT 1;
    CONTINUE WHEN present.relname = wanted.index_name;

    IF EXISTS (
      SELECT
      FROM pg_index
      JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indrelid = wanted.relation AND relname = wanted.index_name
    ) THEN
      EXECUTE format('DROP INDEX %I', wanted.index_name);
    END IF;
    IF present.relname IS NOT NULL THEN
      EXECUTE format('ALTER INDEX %I RENAME TO %I', present.relname, wanted.index_name);
      CONTINUE;
    END IF;
    EXECUTE format('CREATE %s INDEX %I ON %I %s',
      CASE WHEN wanted.is_unique THEN 'UNIQUE' ELSE '' END, wanted.index_name, wanted.table_name, wanted.definition);
  END LOOP;
END
$$;

-- Indexes whose columns another index or key of the same table begins with
DO $$
DECLARE
  redundant record;
BEGIN
  FOR redundant IN
    SELECT DISTINCT ON (less.indexrelid) less.indexrelid::regclass AS index_name, more.indexrelid::regclass AS covered_by
    FROM pg_index AS less
    JOIN pg_index AS more ON more.indrelid = less.indrelid AND more.indexrelid <> less.indexrelid
    JOIN pg_class AS less_class ON less_class.oid = less.indexrelid
    JOIN pg_class AS more_class ON more_class.oid = more.indexrelid
    WHERE less.indrelid = ANY (ARRAY[
        'users', 'workflows', 'exercises', 'requests', 'ai_outputs', 'processing_jobs', 'exercise_permissions',
        'webhooks', 'webhook_deliveries', 'system_settings', 'workflow_blocks', 'workflow_block_inputs',
        'workflow_dashboard_configs', 'workflow_embedding_configs', 'workflow_similarity_configs',
        'custom_instructions', 'ground_truth_data']::regclass[])
      AND less_class.relam = more_class.relam
      AND more.indisvalid AND less.indexprs IS NULL AND more.indexprs IS NULL
      AND less.indnatts = less.indnkeyatts
      AND (more.indpred IS NULL OR
        pg_get_expr(more.indpred, more.indrelid)
          = regexp_replace(pg_get_expr(less.indpred, less.indrelid), '^\((\w+) = true\)$', '\1'))
      AND (more.indkey::int2[])[0:less.indnkeyatts - 1] = (less.indkey::int2[])[0:less.indnkeyatts - 1]
      AND (more.indclass::oid[])[0:less.indnkeyatts - 1] = (less.indclass::oid[])[0:less.indnkeyatts - 1]
      AND (NOT less.indisunique OR more.indisunique AND more.indnkeyatts = less.indnkeyatts)
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = less.indexrelid)
      -- Of two that are alike, the one with a key or with the shipped name stays.
      AND less_class.relname NOT IN (SELECT index_name FROM mend_wanted_indexes())
      AND (
        more_class.relname IN (SELECT index_name FROM mend_wanted_indexes())
        OR EXISTS (SELECT FROM pg_constraint WHERE conindid = more.indexrelid AND contype IN ('p', 'u'))
      )
  LOOP
    RAISE NOTICE 'index % is dropped: % serves the same queries', redundant.index_name, redundant.covered_by;
    EXECUTE format('DROP INDEX %s', redundant.index_name);
  END LOOP;
END
$$;

DROP FUNCTION mend_wanted_indexes();

-- The trigger function, and one trigger for updated_at on each table
CREATE OR REPLACE FUNCTION update_updated_at_column() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION update_updated_at_column() IS 'Trigger function that sets updated_at to the time of the transaction';

DO $$
DECLARE
  updated_table text;
  wanted_name text;
  present name;
BEGIN
  FOREACH updated_table IN ARRAY ARRAY[
    'workflows', 'exercises', 'requests', 'webhooks', 'system_settings', 'workflow_blocks',
    'workflow_dashboard_configs', 'workflow_embedding_configs', 'workflow_similarity_configs',
    'custom_instructions', 'ground_truth_data'
  ] LOOP
    wanted_name := format('update_%s_updated_at', updated_table);
    FOR present IN
      SELECT tgname
      FROM pg_trigger
      WHERE tgrelid = updated_table::regclass
        AND NOT tgisinternal
        AND (tgname = wanted_name OR tgfoid = 'update_updated_at_column()'::regprocedure)
        AND pg_get_triggerdef(oid, true) NOT LIKE format(
          'CREATE TRIGGER %s BEFORE UPDATE ON %%%s FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()',
          replace(wanted_name, '_', '\_'), replace(updated_table, '_', '\_'))
    LOOP
      EXECUTE format('DROP TRIGGER %I ON %I', present, updated_table);
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = updated_table::regclass AND tgname = wanted_name) THEN
      EXECUTE format(
        'CREATE TRIGGER %I BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()',
        wanted_name, updated_table);
    END IF;
  END LOOP;
END
$$;

-- VERIFY:
-- SELECT count(*) = 0
-- FROM pg_index
-- WHERE NOT indisvalid AND indrelid = ANY (ARRAY['users', 'requests', 'ai_outputs', 'processing_jobs']::regclass[]);

-- ROLLBACK:
-- DO $$
-- BEGIN
--   RAISE DEBUG 'indexes and triggers stay as they were mended: what was there before is not known';
-- END
-- $$;
