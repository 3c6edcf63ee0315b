-- Record the migrations that an installation already has
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 001_create_migration_tracking
--
-- For installations that were made before tracking began and are kept up with psql alone. Each version below whose objects
-- are all there is recorded as baseline: it was not run here, and a rollback never passes it. Nothing else is recorded, and
-- a version that has a row keeps it. Versions that create no object of their own (enum types made on demand, seed rows) may
-- run again without harm, so they are left to be run.
--
-- It changes nothing on a new database, where none of these objects is there yet, and nothing under taskflow-db, which has
-- done the same by itself in its own way (taskflow-db init) and marks its sessions with taskflow.run_id.
-- Locks nothing that an application uses.

DO $adoption$
DECLARE
  tracking_schema text := coalesce(nullif(current_setting('taskflow.tracking_schema', true), ''), 'public');
BEGIN
  IF coalesce(current_setting('taskflow.run_id', true), '') <> '' THEN
    RETURN;
  END IF;
  EXECUTE format($insert$
    INSERT INTO %I.schema_migrations (version, description, execution_time_ms, type)
    SELECT known.version, known.description, 0, 'baseline'
    FROM (VALUES
      ('006_create_users', 'Create the users table', ARRAY['users']),
      ('007_create_workflows', 'Create the workflows table', ARRAY['workflows']),
      ('008_create_exercises', 'Create the exercises table', ARRAY['exercises']),
      ('009_create_requests', 'Create the requests table', ARRAY['requests']),
      ('010_create_ai_outputs', 'Create the ai_outputs table', ARRAY['ai_outputs']),
      ('011_create_processing_jobs', 'Create the processing_jobs table', ARRAY['processing_jobs']),
      ('012_create_exercise_permissions', 'Create the exercise_permissions table', ARRAY['exercise_permissions']),
      ('013_create_webhooks', 'Create the webhooks table', ARRAY['webhooks']),
      ('014_create_webhook_deliveries', 'Create the webhook_deliveries table', ARRAY['webhook_deliveries']),
      ('015_create_system_settings', 'Create the system_settings table', ARRAY['system_settings']),
      ('016_create_workflow_blocks', 'Create the workflow_blocks table', ARRAY['workflow_blocks']),
      ('017_create_workflow_block_inputs', 'Create the workflow_block_inputs table', ARRAY['workflow_block_inputs']),
      ('018_create_workflow_dashboard_configs', 'Create the workflow_dashboard_configs table', ARRAY['workflow_dashboard_configs']),
      ('019_create_workflow_embedding_configs', 'Create the workflow_embedding_configs table', ARRAY['workflow_embedding_configs']),
      ('020_create_workflow_similarity_configs', 'Create the workflow_similarity_configs table', ARRAY['workflow_similarity_configs']),
      ('021_create_custom_instructions', 'Create the custom_instructions table', ARRAY['custom_instructions']),
      ('022_create_ground_truth_data', 'Create the ground_truth_data table', ARRAY['ground_truth_data']),
      ('023_create_ground_truth_view', 'Create the view ground_truth_with_context', ARRAY['ground_truth_with_context']),
      ('024_create_indexes', 'Index the paths that queries take', ARRAY[
        'workflows_created_by_idx',
        'workflows_one_default_idx',
        'exercises_created_by_idx',
        'exercises_is_active_name_idx',
        'exercises_one_default_idx',
        'requests_assigned_analyst_id_status_idx',
        'requests_status_date_received_idx',
        'requests_due_date_idx',
        'requests_workflow_id_idx',
        'requests_exercise_id_idx',
        'requests_embedding_status_idx',
        'ai_outputs_request_id_version_idx',
        'processing_jobs_pending_created_at_idx',
        'processing_jobs_request_id_idx',
        'processing_jobs_workflow_id_idx',
        'exercise_permissions_user_id_idx',
        'webhooks_is_active_idx',
        'webhooks_events_idx',
        'webhook_deliveries_webhook_id_created_at_idx',
        'webhook_deliveries_status_created_at_idx',
        'webhook_deliveries_created_at_idx',
        'workflow_blocks_workflow_id_order_index_idx',
        'workflow_block_inputs_block_id_idx',
        'workflow_block_inputs_source_block_id_idx',
        'custom_instructions_workflow_block_id_idx',
        'custom_instructions_created_by_idx',
        'ground_truth_data_workflow_block_id_idx',
        'ground_truth_data_created_by_idx'
      ]),
      ('025_maintain_updated_at', 'Maintain updated_at by one trigger function', ARRAY['function update_updated_at_column']),
      ('027_add_request_embedding_vector', 'Add the embedding vector of requests', ARRAY[
        'column requests.embedding_vector',
        'requests_embedding_vector_idx'
      ])
    ) AS known(version, description, objects)
    WHERE NOT EXISTS (
      SELECT FROM unnest(known.objects) AS wanted(name)
      WHERE NOT CASE
        WHEN wanted.name LIKE 'column %%' THEN EXISTS (
          SELECT FROM pg_attribute
          WHERE attrelid = to_regclass(split_part(substr(wanted.name, 8), '.', 1))
            AND attname = split_part(wanted.name, '.', 2) AND NOT attisdropped)
        WHEN wanted.name LIKE 'function %%' THEN EXISTS (
          SELECT FROM pg_proc WHERE proname = substr(wanted.name, 10) AND pg_function_is_visible(oid))
        ELSE to_regclass(wanted.name) IS NOT NULL
      END)
    ON CONFLICT (version) DO NOTHING
  $insert$, tracking_schema);
END
$adoption$;

-- IRREVERSIBLE: what was there before tracking began is not undone by forgetting it
