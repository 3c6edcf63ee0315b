-- Index the paths that queries take
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 007_create_workflows, 008_create_exercises, 009_create_requests, 010_create_ai_outputs, 011_create_processing_jobs, 012_create_exercise_permissions, 013_create_webhooks, 014_create_webhook_deliveries, 016_create_workflow_blocks, 017_create_workflow_block_inputs, 021_create_custom_instructions, 022_create_ground_truth_data
--
-- One index for each way in which the application looks rows up, and one for each foreign key that a delete follows and
-- that no other index begins with; no more. The two unique ones see to it that at most one workflow and one exercise
-- is the default; rows that break this stop the migration, with their number and the query that finds them. All are
-- apart from the tables so that an installation whose tables were made by hand can have those recorded as being there.
-- Takes SHARE on each table while its index is built, which is at once on new tables. The rollback drops the indexes;
-- they hold nothing that the tables do not.

DO $$
DECLARE
  checked text;
  default_count bigint;
BEGIN
  FOREACH checked IN ARRAY ARRAY['workflows', 'exercises'] LOOP
    EXECUTE format('SELECT count(*) FROM %I WHERE is_default', checked) INTO default_count;
    IF default_count > 1 THEN
      RAISE EXCEPTION 'table %: % rows break the rule %_one_default_idx: at most one is the default',
        checked, default_count, checked
        USING ERRCODE = 'integrity_constraint_violation',
          HINT = format('Leave one of these rows as the default, then migrate again: SELECT * FROM %I WHERE is_default;',
            checked);
    END IF;
  END LOOP;
END
$$;

CREATE INDEX IF NOT EXISTS workflows_created_by_idx ON workflows (created_by);
CREATE UNIQUE INDEX IF NOT EXISTS workflows_one_default_idx ON workflows (is_default) WHERE is_default;

CREATE INDEX IF NOT EXISTS exercises_created_by_idx ON exercises (created_by);
CREATE INDEX IF NOT EXISTS exercises_is_active_name_idx ON exercises (is_active, name);
CREATE UNIQUE INDEX IF NOT EXISTS exercises_one_default_idx ON exercises (is_default) WHERE is_default;

CREATE INDEX IF NOT EXISTS requests_assigned_analyst_id_status_idx ON requests (assigned_analyst_id, status);
CREATE INDEX IF NOT EXISTS requests_status_date_received_idx ON requests (status, date_received);
CREATE INDEX IF NOT EXISTS requests_due_date_idx ON requests (due_date);
CREATE INDEX IF NOT EXISTS requests_workflow_id_idx ON requests (workflow_id);
CREATE INDEX IF NOT EXISTS requests_exercise_id_idx ON requests (exercise_id);
CREATE INDEX IF NOT EXISTS requests_embedding_status_idx ON requests (embedding_status);

CREATE INDEX IF NOT EXISTS ai_outputs_request_id_version_idx ON ai_outputs (request_id, version DESC);

CREATE INDEX IF NOT EXISTS processing_jobs_pending_created_at_idx ON processing_jobs (created_at)
  WHERE status = 'PENDING';
CREATE INDEX IF NOT EXISTS processing_jobs_request_id_idx ON processing_jobs (request_id);
CREATE INDEX IF NOT EXISTS processing_jobs_workflow_id_idx ON processing_jobs (workflow_id);

CREATE INDEX IF NOT EXISTS exercise_permissions_user_id_idx ON exercise_permissions (user_id);

CREATE INDEX IF NOT EXISTS webhooks_is_active_idx ON webhooks (is_active);
CREATE INDEX IF NOT EXISTS webhooks_events_idx ON webhooks USING gin (events);

CREATE INDEX IF NOT EXISTS webhook_deliveries_webhook_id_created_at_idx
  ON webhook_deliveries (webhook_id, created_at DESC);
CREATE INDEX IF NOT EXISTS webhook_deliveries_status_created_at_idx
  ON webhook_deliveries (status, created_at DESC);
CREATE INDEX IF NOT EXISTS webhook_deliveries_created_at_idx ON webhook_deliveries (created_at DESC);

CREATE INDEX IF NOT EXISTS workflow_blocks_workflow_id_order_index_idx
  ON workflow_blocks (workflow_id, order_index);

CREATE INDEX IF NOT EXISTS workflow_block_inputs_block_id_idx ON workflow_block_inputs (block_id);
CREATE INDEX IF NOT EXISTS workflow_block_inputs_source_block_id_idx ON workflow_block_inputs (source_block_id);

CREATE INDEX IF NOT EXISTS custom_instructions_workflow_block_id_idx ON custom_instructions (workflow_block_id);
CREATE INDEX IF NOT EXISTS custom_instructions_created_by_idx ON custom_instructions (created_by);

CREATE INDEX IF NOT EXISTS ground_truth_data_workflow_block_id_idx ON ground_truth_data (workflow_block_id);
CREATE INDEX IF NOT EXISTS ground_truth_data_created_by_idx ON ground_truth_data (created_by);

-- VERIFY:
-- SELECT to_regclass('workflows_one_default_idx') IS NOT NULL AND to_regclass('exercises_one_default_idx') IS NOT NULL;
-- SELECT count(*) <= 1 FROM workflows WHERE is_default;
-- SELECT count(*) <= 1 FROM exercises WHERE is_default;

-- ROLLBACK:
-- DROP INDEX IF EXISTS ground_truth_data_created_by_idx;
-- DROP INDEX IF EXISTS ground_truth_data_workflow_block_id_idx;
-- DROP INDEX IF EXISTS custom_instructions_created_by_idx;
-- DROP INDEX IF EXISTS custom_instructions_workflow_block_id_idx;
-- DROP INDEX IF EXISTS workflow_block_inputs_source_block_id_idx;
-- DROP INDEX IF EXISTS workflow_block_inputs_block_id_idx;
-- DROP INDEX IF EXISTS workflow_blocks_workflow_id_order_index_idx;
-- DROP INDEX IF EXISTS webhook_deliveries_created_at_idx;
-- DROP INDEX IF EXISTS webhook_deliveries_status_created_at_idx;
-- DROP INDEX IF EXISTS webhook_deliveries_webhook_id_created_at_idx;
-- DROP INDEX IF EXISTS webhooks_events_idx;
-- DROP INDEX IF EXISTS webhooks_is_active_idx;
-- DROP INDEX IF EXISTS exercise_permissions_user_id_idx;
-- DROP INDEX IF EXISTS processing_jobs_workflow_id_idx;
-- DROP INDEX IF EXISTS processing_jobs_request_id_idx;
-- DROP INDEX IF EXISTS processing_jobs_pending_created_at_idx;
-- DROP INDEX IF EXISTS ai_outputs_request_id_version_idx;
-- DROP INDEX IF EXISTS requests_embedding_status_idx;
-- DROP INDEX IF EXISTS requests_exercise_id_idx;
-- DROP INDEX IF EXISTS requests_workflow_id_idx;
-- DROP INDEX IF EXISTS requests_due_date_idx;
-- DROP INDEX IF EXISTS requests_status_date_received_idx;
-- DROP INDEX IF EXISTS requests_assigned_analyst_id_status_idx;
-- DROP INDEX IF EXISTS exercises_one_default_idx;
-- DROP INDEX IF EXISTS exercises_is_active_name_idx;
-- DROP INDEX IF EXISTS exercises_created_by_idx;
-- DROP INDEX IF EXISTS workflows_one_default_idx;
-- DROP INDEX IF EXISTS workflows_created_by_idx;
