-- Maintain updated_at by one trigger function
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 007_create_workflows, 008_create_exercises, 009_create_requests, 013_create_webhooks, 015_create_system_settings, 016_create_workflow_blocks, 018_create_workflow_dashboard_configs, 019_create_workflow_embedding_configs, 020_create_workflow_similarity_configs, 021_create_custom_instructions, 022_create_ground_truth_data
--
-- One function, and one trigger on every table that has the column, each named update_TABLE_updated_at. The migration
-- of a later table with that column creates its own trigger with the same function.
-- A trigger that is missing takes SHARE ROW EXCLUSIVE on its table for an instant; one that is there takes nothing.
-- The rollback drops the triggers and then the function, which nothing else may use by then.

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
BEGIN
  FOREACH updated_table IN ARRAY ARRAY[
    'workflows', 'exercises', 'requests', 'webhooks', 'system_settings', 'workflow_blocks',
    'workflow_dashboard_configs', 'workflow_embedding_configs', 'workflow_similarity_configs',
    'custom_instructions', 'ground_truth_data'
  ] LOOP
    IF NOT EXISTS (
      SELECT
      FROM pg_trigger
      WHERE tgrelid = updated_table::regclass AND tgname = format('update_%s_updated_at', updated_table)
    ) THEN
      EXECUTE format(
        'CREATE TRIGGER %I BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()',
        format('update_%s_updated_at', updated_table), updated_table);
    END IF;
  END LOOP;
END
$$;

-- VERIFY:
-- SELECT EXISTS (
--   SELECT FROM pg_trigger WHERE tgrelid = name::regclass AND tgname = format('update_%s_updated_at', name)
-- ) FROM unnest(ARRAY[
--   'workflows', 'exercises', 'requests', 'webhooks', 'system_settings', 'workflow_blocks',
--   'workflow_dashboard_configs', 'workflow_embedding_configs', 'workflow_similarity_configs',
--   'custom_instructions', 'ground_truth_data'
-- ]) AS updated(name);

-- ROLLBACK:
-- DROP TRIGGER IF EXISTS update_ground_truth_data_updated_at ON ground_truth_data;
-- DROP TRIGGER IF EXISTS update_custom_instructions_updated_at ON custom_instructions;
-- DROP TRIGGER IF EXISTS update_workflow_similarity_configs_updated_at ON workflow_similarity_configs;
-- DROP TRIGGER IF EXISTS update_workflow_embedding_configs_updated_at ON workflow_embedding_configs;
-- DROP TRIGGER IF EXISTS update_workflow_dashboard_configs_updated_at ON workflow_dashboard_configs;
-- DROP TRIGGER IF EXISTS update_workflow_blocks_updated_at ON workflow_blocks;
-- DROP TRIGGER IF EXISTS update_system_settings_updated_at ON system_settings;
-- DROP TRIGGER IF EXISTS update_webhooks_updated_at ON webhooks;
-- DROP TRIGGER IF EXISTS update_requests_updated_at ON requests;
-- DROP TRIGGER IF EXISTS update_exercises_updated_at ON exercises;
-- DROP TRIGGER IF EXISTS update_workflows_updated_at ON workflows;
-- DROP FUNCTION IF EXISTS update_updated_at_column();
