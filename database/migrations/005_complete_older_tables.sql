-- Add the columns that tables of older installations lack
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 004_complete_older_enum_types
--
-- Tables that were made by hand before migrations were tracked may lack newer columns, which the migrations that follow
-- index, comment and refer to. A table that does not exist yet is left to its own migration, so a new installation is
-- not changed. Only columns that rows can do without, or that have a default, can be added to rows that are there.
-- Each missing column takes ACCESS EXCLUSIVE on its table for an instant and rewrites nothing. The rollback keeps the
-- columns: nobody can tell afterwards which of them were added here, and they hold data by then.

DO $$
DECLARE
  older record;
  definition text;
BEGIN
  FOR older IN
    SELECT *
    FROM (VALUES
      ('users', ARRAY[
        'preferences jsonb DEFAULT ''{}''',
        'created_at timestamptz NOT NULL DEFAULT now()']),
      ('workflows', ARRAY[
        'description text',
        'status workflow_status DEFAULT ''DRAFT''',
        'is_default boolean NOT NULL DEFAULT false',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('exercises', ARRAY[
        'description text',
        'is_active boolean DEFAULT true',
        'is_default boolean DEFAULT false',
        'created_by bigint',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('requests', ARRAY[
        'requester varchar(256)',
        'date_received date DEFAULT CURRENT_DATE',
        'assigned_analyst_id bigint',
        'workflow_id bigint',
        'exercise_id bigint',
        'status request_status DEFAULT ''NEW''',
        'embedding_status embedding_status DEFAULT ''PENDING''',
        'due_date date',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('ai_outputs', ARRAY[
        'version integer NOT NULL DEFAULT 1',
        'summary text',
        'model_name varchar(64)',
        'tokens_used integer',
        'duration_ms integer',
        'created_at timestamptz NOT NULL DEFAULT now()']),
      ('processing_jobs', ARRAY[
        'workflow_id bigint',
        'job_type job_type DEFAULT ''WORKFLOW''',
        'status job_status DEFAULT ''PENDING''',
        'custom_instructions text',
        'error_message text',
        'retry_count integer DEFAULT 0',
        'started_at timestamptz',
        'completed_at timestamptz',
        'created_at timestamptz NOT NULL DEFAULT now()']),
      ('exercise_permissions', ARRAY[
        'permission_level varchar(32) NOT NULL DEFAULT ''read''',
        'created_at timestamptz NOT NULL DEFAULT now()']),
      ('webhooks', ARRAY[
        'description text',
        'headers jsonb DEFAULT ''{}''',
        'is_active boolean DEFAULT true',
        'secret_token varchar(255)',
        'retry_count integer DEFAULT 3',
        'timeout_seconds integer DEFAULT 30',
        'created_by bigint',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()',
        'last_triggered_at timestamptz']),
      ('webhook_deliveries', ARRAY[
        'webhook_id bigint',
        'attempts integer DEFAULT 0',
        'response_status integer',
        'response_body text',
        'error_message text',
        'delivered_at timestamptz',
        'created_at timestamptz NOT NULL DEFAULT now()']),
      ('system_settings', ARRAY[
        'description text',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('workflow_blocks', ARRAY[
        'system_prompt text',
        'block_type block_type NOT NULL DEFAULT ''CUSTOM''',
        'output_schema jsonb',
        'model_name varchar(128)',
        'model_parameters jsonb',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('workflow_block_inputs', ARRAY[
        'source_block_id bigint',
        'created_at timestamptz NOT NULL DEFAULT now()']),
      ('workflow_dashboard_configs', ARRAY[
        'layout dashboard_layout DEFAULT ''grid''',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('workflow_embedding_configs', ARRAY[
        'enabled boolean NOT NULL DEFAULT true',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('workflow_similarity_configs', ARRAY[
        'fields jsonb NOT NULL DEFAULT ''[]''',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()']),
      ('custom_instructions', ARRAY[
        'created_by bigint',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()',
        'is_active boolean NOT NULL DEFAULT true']),
      ('ground_truth_data', ARRAY[
        'ai_value jsonb',
        'created_at timestamptz NOT NULL DEFAULT now()',
        'updated_at timestamptz NOT NULL DEFAULT now()',
        'notes text'])
    ) AS listed(table_name, definitions)
    WHERE to_regclass(table_name) IS NOT NULL
  LOOP
    FOREACH definition IN ARRAY older.definitions LOOP
      IF NOT EXISTS (
        SELECT
        FROM pg_attribute
        WHERE attrelid = to_regclass(older.table_name)
          AND attname = split_part(definition, ' ', 1)
          AND NOT attisdropped
      ) THEN
        EXECUTE format('ALTER TABLE %I ADD COLUMN %s', older.table_name, definition);
      END IF;
    END LOOP;
  END LOOP;
END
$$;

-- ROLLBACK:
-- DO $$
-- BEGIN
--   RAISE DEBUG 'columns stay: which of them were added here is not known, and they hold data';
-- END
-- $$;
