-- Mend the keys and checks of older installations
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 010_create_ai_outputs, 011_create_processing_jobs, 012_create_exercise_permissions, 014_create_webhook_deliveries, 015_create_system_settings, 017_create_workflow_block_inputs, 018_create_workflow_dashboard_configs, 019_create_workflow_embedding_configs, 020_create_workflow_similarity_configs, 021_create_custom_instructions, 022_create_ground_truth_data
--
-- Gives tables that were made by hand the primary keys, unique keys, foreign keys and checks that a new installation
-- has, under its names. What is right under another name is renamed, a unique index becomes the key that it stands for,
-- what contradicts is replaced, and what people have beyond that stays. Changes nothing where nothing differs.
-- Rows that break a rule stop the migration, with the table, the rule, their number and the query that finds them.
-- A key that is missing takes SHARE ROW EXCLUSIVE or more on its tables while all rows are read.
-- The rollback keeps what was mended: what was there before is not known any more.

DO $$
DECLARE
  wanted record;
  present record;
  other name;
  parts text[];
  broken_by text;
  broken_count bigint;
BEGIN
  FOR wanted IN
    SELECT *, table_name::regclass AS relation
    FROM (VALUES
      ('users', 'users_pkey', 'PRIMARY KEY (id)'),
      ('workflows', 'workflows_pkey', 'PRIMARY KEY (id)'),
      ('exercises', 'exercises_pkey', 'PRIMARY KEY (id)'),
      ('requests', 'requests_pkey', 'PRIMARY KEY (id)'),
      ('ai_outputs', 'ai_outputs_pkey', 'PRIMARY KEY (id)'),
      ('processing_jobs', 'processing_jobs_pkey', 'PRIMARY KEY (id)'),
      ('exercise_permissions', 'exercise_permissions_pkey', 'PRIMARY KEY (id)'),
      ('webhooks', 'webhooks_pkey', 'PRIMARY KEY (id)'),
      ('webhook_deliveries', 'webhook_deliveries_pkey', 'PRIMARY KEY (id)'),
      ('system_settings', 'system_settings_pkey', 'PRIMARY KEY (id)'),
      ('workflow_blocks', 'workflow_blocks_pkey', 'PRIMARY KEY (id)'),
      ('workflow_block_inputs', 'workflow_block_inputs_pkey', 'PRIMARY KEY (id)'),
      ('workflow_dashboard_configs', 'workflow_dashboard_configs_pkey', 'PRIMARY KEY (id)'),
      ('workflow_embedding_configs', 'workflow_embedding_configs_pkey', 'PRIMARY KEY (id)'),
      ('workflow_similarity_configs', 'workflow_similarity_configs_pkey', 'PRIMARY KEY (id)'),
      ('custom_instructions', 'custom_instructions_pkey', 'PRIMARY KEY (id)'),
      ('ground_truth_data', 'ground_truth_data_pkey', 'PRIMARY KEY (id)'),
      ('users', 'users_email_key', 'UNIQUE (email)'),
      ('exercises', 'exercises_name_key', 'UNIQUE (name)'),
      ('exercise_permissions', 'exercise_permissions_exercise_id_user_id_key', 'UNIQUE (exercise_id, user_id)'),
      ('webhooks', 'webhooks_name_key', 'UNIQUE (name)'),
      ('system_settings', 'system_settings_key_key', 'UNIQUE (key)'),
      ('workflow_dashboard_configs', 'workflow_dashboard_configs_workflow_id_key', 'UNIQUE (workflow_id)'),
      ('workflow_embedding_configs', 'workflow_embedding_configs_workflow_id_key', 'UNIQUE (workflow_id)'),
      ('workflow_similarity_configs', 'workflow_similarity_configs_workflow_id_key', 'UNIQUE (workflow_id)'),
      ('custom_instructions', 'custom_instructions_request_id_workflow_block_id_key',
        'UNIQUE (request_id, workflow_block_id)'),
      ('ground_truth_data', 'ground_truth_data_request_id_workflow_block_id_field_path_key',
        'UNIQUE (request_id, workflow_block_id, field_path)'),
      ('workflows', 'workflows_created_by_fkey', 'FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE CASCADE'),
      ('exercises', 'exercises_created_by_fkey', 'FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL'),
      ('requests', 'requests_assigned_analyst_id_fkey',
        'FOREIGN KEY (assigned_analyst_id) REFERENCES users(id) ON DELETE SET NULL'),
      ('requests', 'requests_workflow_id_fkey',
        'FOREIGN KEY (workflow_id) REFERENCES workflows(id) ON DELETE SET NULL'),
      ('requests', 'requests_exercise_id_fkey',
        'FOREIGN KEY (exercise_id) REFERENCES exercises(id) ON DELETE SET NULL'),
      ('ai_outputs', 'ai_outputs_request_id_fkey',
        'FOREIGN KEY (request_id) REFERENCES requests(id) ON DELETE CASCADE'),
      ('processing_jobs', 'processing_jobs_request_id_fkey',
        'FOREIGN KEY (request_id) REFERENCES requests(id) ON DELETE CASCADE'),
      ('processing_jobs', 'processing_jobs_workflow_id_fkey',
        'FOREIGN KEY (workflow_id) REFERENCES workflows(id) ON DELETE SET NULL'),
      ('exercise_permissions', 'exercise_permissions_exercise_id_fkey',
        'FOREIGN KEY (exercise_id) REFERENCES exercises(id) ON DELETE CASCADE'),
      ('exercise_permissions', 'exercise_permissions_user_id_fkey',
        'FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE'),
      ('webhooks', 'webhooks_created_by_fkey', 'FOREIGN KEY (created_by) REFERENCES users(id)'),
      ('webhook_deliveries', 'webhook_deliveries_webhook_id_fkey',
        'FOREIGN KEY (webhook_id) REFERENCES webhooks(id) ON DELETE CASCADE'),
      ('workflow_blocks', 'workflow_blocks_workflow_id_fkey',
        'FOREIGN KEY (workflow_id) REFERENCES workflows(id) ON DELETE CASCADE'),
      ('workflow_block_inputs', 'workflow_block_inputs_block_id_fkey',
        'FOREIGN KEY (block_id) REFERENCES workflow_blocks(id) ON DELETE CASCADE'),
      ('workflow_block_inputs', 'workflow_block_inputs_source_block_id_fkey',
        'FOREIGN KEY (source_block_id) REFERENCES workflow_blocks(id) ON DELETE CASCADE'),
      ('workflow_dashboard_configs', 'workflow_dashboard_configs_workflow_id_fkey',
        'FOREIGN KEY (workflow_id) REFERENCES workflows(id) ON DELETE CASCADE'),
      ('workflow_embedding_configs', 'workflow_embedding_configs_workflow_id_fkey',
        'FOREIGN KEY (workflow_id) REFERENCES workflows(id) ON DELETE CASCADE'),
      ('workflow_similarity_configs', 'workflow_similarity_configs_workflow_id_fkey',
        'FOREIGN KEY (workflow_id) REFERENCES workflows(id) ON DELETE CASCADE'),
      ('custom_instructions', 'custom_instructions_request_id_fkey',
        'FOREIGN KEY (request_id) REFERENCES requests(id) ON DELETE CASCADE'),
      ('custom_instructions', 'custom_instructions_workflow_block_id_fkey',
        'FOREIGN KEY (workflow_block_id) REFERENCES workflow_blocks(id) ON DELETE CASCADE'),
      ('custom_instructions', 'custom_instructions_created_by_fkey',
        'FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE SET NULL'),
      ('ground_truth_data', 'ground_truth_data_request_id_fkey',
        'FOREIGN KEY (request_id) REFERENCES requests(id) ON DELETE CASCADE'),
      ('ground_truth_data', 'ground_truth_data_workflow_block_id_fkey',
        'FOREIGN KEY (workflow_block_id) REFERENCES workflow_blocks(id) ON DELETE CASCADE'),
      ('ground_truth_data', 'ground_truth_data_created_by_fkey',
        'FOREIGN KEY (created_by) REFERENCES users(id) ON DELETE CASCADE'),
      ('webhook_deliveries', 'webhook_deliveries_status_check',
        'CHECK (((status)::text = ANY (ARRAY[''pending''::text, ''success''::text, ''failed''::text])))'),
      ('workflow_block_inputs', 'workflow_block_inputs_source_check',
        'CHECK (((source_block_id IS NULL) OR (input_type = ''BLOCK_OUTPUT''::block_input_type)))')
    ) AS listed(table_name, constraint_name, definition)
  LOOP
    -- The constraint as it should be, whatever its name; the one with the right name first
    SELECT conname, convalidated INTO present
    FROM pg_constraint
    WHERE conrelid = wanted.relation
      AND regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '') = wanted.definition
    ORDER BY conname = wanted.constraint_name DESC, convalidated DESC, conname
    LIMIT 1;
    CONTINUE WHEN present.conname = wanted.constraint_name AND present.convalidated AND wanted.definition !~ '^FOREIGN';

    -- What has its name or its column and says something else
    FOR other IN
      SELECT conname
      FROM pg_constraint
      WHERE conrelid = wanted.relation
        AND conname IS DISTINCT FROM present.conname
        AND (
          conname = wanted.constraint_name
          OR wanted.definition ~ '^FOREIGN'
            AND split_part(pg_get_constraintdef(oid), ' REFERENCES ', 1) = split_part(wanted.definition, ' REFERENCES ', 1)
        )
    LOOP
      EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', wanted.table_name, other);
    END LOOP;
    CONTINUE WHEN present.conname = wanted.constraint_name AND present.convalidated;

    -- Rows that break it
    IF present.convalidated IS DISTINCT FROM true THEN
      parts := regexp_match(wanted.definition, '^FOREIGN KEY \((\w+)\) REFERENCES (\w+)\(id\)');
      broken_by := CASE
        WHEN parts IS NOT NULL THEN
          format('%1$I IS NOT NULL AND NOT EXISTS (SELECT FROM %2$I AS target WHERE target.id = %3$I.%1$I)',
            parts[1], parts[2], wanted.table_name)
        WHEN wanted.definition ~ '^CHECK' THEN
          'NOT ' || substring(wanted.definition FROM '^CHECK (.*)$')
        ELSE
          format('(%1$s) IN (SELECT %1$s FROM %2$I GROUP BY %1$s HAVING count(*) > 1)',
            substring(wanted.definition FROM '\((.*)\)$'), wanted.table_name)
      END;
      EXECUTE format('SELECT count(*) FROM %I WHERE %s', wanted.table_name, broken_by) INTO broken_count;
      IF broken_count > 0 THEN
        RAISE EXCEPTION 'table %: % row(s) break the rule %: %',
          wanted.table_name, broken_count, wanted.constraint_name, wanted.definition
          USING ERRCODE = 'integrity_constraint_violation',
            HINT = format('Correct these rows, then migrate again: SELECT * FROM %I WHERE %s;',
              wanted.table_name, broken_by);
      END IF;
    END IF;

    IF present.conname IS NULL THEN
      SELECT relname INTO other
      FROM pg_index
      JOIN pg_class ON pg_class.oid = indexrelid
      WHERE indrelid = wanted.relation
        AND wanted.definition ~ '^UNIQUE'
        AND indisunique AND indisvalid AND indpred IS NULL
        AND pg_get_indexdef(indexrelid) LIKE '% USING btree ' || substring(wanted.definition FROM '\(.*$')
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
      LIMIT 1;
      EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', wanted.table_name, wanted.constraint_name,
        CASE WHEN other IS NULL THEN wanted.definition ELSE format('UNIQUE USING INDEX %I', other) END);
      CONTINUE;
    END IF;
    IF NOT present.convalidated THEN
      EXECUTE format('ALTER TABLE %I VALIDATE CONSTRAINT %I', wanted.table_name, present.conname);
    END IF;
    IF present.conname <> wanted.constraint_name THEN
      EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I',
        wanted.table_name, present.conname, wanted.constraint_name);
    END IF;
  END LOOP;
END
$$;

-- VERIFY:
-- SELECT convalidated
-- FROM pg_constraint
-- WHERE contype = 'f' AND conrelid = ANY (ARRAY['workflows', 'requests', 'ai_outputs', 'processing_jobs']::regclass[]);

-- ROLLBACK:
-- DO $$
-- BEGIN
--   RAISE DEBUG 'keys stay as they were mended: what was there before is not known';
-- END
-- $$;
