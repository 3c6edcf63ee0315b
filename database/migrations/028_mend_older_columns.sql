-- Mend the columns of older installations
-- Author: TaskFlow Database authors
-- Date: 2026-11-22
-- Depends: 004_complete_older_enum_types, 010_create_ai_outputs, 011_create_processing_jobs, 012_create_exercise_permissions, 014_create_webhook_deliveries, 015_create_system_settings, 017_create_workflow_block_inputs, 018_create_workflow_dashboard_configs, 019_create_workflow_embedding_configs, 020_create_workflow_similarity_configs, 021_create_custom_instructions, 023_create_ground_truth_view
--
-- Tables that were made by hand differ from those of a new installation. This gives their columns the types, defaults,
-- NOT NULLs and comments that the migrations before would have given them, and changes nothing where they are the same;
-- bigserial counts as the same as an identity column. Nothing is guessed at:
-- * rows that break a rule stop the migration, with the table, the rule, their number and the query that finds them;
-- * so does a view of other people that reads a column whose type must change;
-- * a type that cannot be changed without losing something is left, with a warning;
-- * times without time zone are converted only where the setting taskflow.legacy_time_zone names the zone that they were
--   written in (the tool sets it from legacyTimeZone in its configuration; with psql alone, SET it before). Otherwise
--   they are left, with a warning. To convert them later, configure the zone, roll back this version alone, which
--   changes nothing, and migrate again.
-- Takes ACCESS EXCLUSIVE on each table that differs; a change of type rewrites the table, once.
-- The rollback keeps what was mended: what was there before is not known any more.

-- The columns as the migrations before create them, with each type and default as PostgreSQL prints it
CREATE OR REPLACE FUNCTION mend_wanted_columns()
RETURNS TABLE (table_name text, column_name text, type_name text, not_null boolean, default_value text, description text)
LANGUAGE sql
AS $$
  SELECT *
  FROM (VALUES
      ('users', 'id', 'bigint', true, 'identity',
        'Key of the user'),
      ('users', 'name', 'character varying(128)', true, NULL,
        'Name as shown to others'),
      ('users', 'email', 'character varying(256)', true, NULL,
        'E-mail address, by which the user signs in'),
      ('users', 'role', 'user_role', true, NULL,
        'What the user may do'),
      ('users', 'preferences', 'jsonb', false, '''{}''::jsonb',
        'Settings of the user interface, by name'),
      ('users', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('workflows', 'id', 'bigint', true, 'identity',
        'Key of the workflow'),
      ('workflows', 'name', 'character varying(128)', true, NULL,
        'Name as shown to users'),
      ('workflows', 'description', 'text', false, NULL,
        'What the workflow is for'),
      ('workflows', 'status', 'workflow_status', false, '''DRAFT''::workflow_status',
        'Whether the workflow is being written, in use or retired'),
      ('workflows', 'is_default', 'boolean', true, 'false',
        'True for the one workflow that requests without their own are given'),
      ('workflows', 'created_by', 'bigint', true, NULL,
        'User who owns the workflow; it goes with them'),
      ('workflows', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('workflows', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('exercises', 'id', 'bigint', true, 'identity',
        'Key of the exercise'),
      ('exercises', 'name', 'character varying(128)', true, NULL,
        'Name as shown to users'),
      ('exercises', 'description', 'text', false, NULL,
        'What the exercise is for'),
      ('exercises', 'is_active', 'boolean', false, 'true',
        'False once the exercise is closed to new requests'),
      ('exercises', 'is_default', 'boolean', false, 'false',
        'True for the one exercise that requests without their own are given'),
      ('exercises', 'created_by', 'bigint', false, NULL,
        'User who added the exercise; empty once that user is gone'),
      ('exercises', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('exercises', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('requests', 'id', 'bigint', true, 'identity',
        'Key of the request'),
      ('requests', 'text', 'text', true, NULL,
        'The request in the words of the person who filed it'),
      ('requests', 'requester', 'character varying(256)', false, NULL,
        'Who filed the request'),
      ('requests', 'date_received', 'date', false, 'CURRENT_DATE',
        'Day on which the request came in'),
      ('requests', 'assigned_analyst_id', 'bigint', false, NULL,
        'User who reviews the request; empty while nobody does'),
      ('requests', 'workflow_id', 'bigint', false, NULL,
        'Workflow that processes the request; empty for the default'),
      ('requests', 'exercise_id', 'bigint', false, NULL,
        'Exercise that the request belongs to'),
      ('requests', 'status', 'request_status', false, '''NEW''::request_status',
        'Where the request stands in its review'),
      ('requests', 'embedding_status', 'embedding_status', false, '''PENDING''::embedding_status',
        'Where the embedding of the request stands'),
      ('requests', 'due_date', 'date', false, NULL,
        'Day by which an answer is due'),
      ('requests', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('requests', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('ai_outputs', 'id', 'bigint', true, 'identity',
        'Key of the result'),
      ('ai_outputs', 'request_id', 'bigint', true, NULL,
        'Request that was processed; its results go with it'),
      ('ai_outputs', 'version', 'integer', true, '1',
        'Counts the results of one request from 1; the highest is the newest'),
      ('ai_outputs', 'summary', 'text', false, NULL,
        'JSON document as text: keys are block names, values their outputs'),
      ('ai_outputs', 'model_name', 'character varying(64)', false, NULL,
        'Model that gave the result'),
      ('ai_outputs', 'tokens_used', 'integer', false, NULL,
        'Tokens that the model counted for it'),
      ('ai_outputs', 'duration_ms', 'integer', false, NULL,
        'Time that processing took, in milliseconds'),
      ('ai_outputs', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('processing_jobs', 'id', 'uuid', true, 'gen_random_uuid()',
        'Key of the job'),
      ('processing_jobs', 'request_id', 'bigint', true, NULL,
        'Request to process; its jobs go with it'),
      ('processing_jobs', 'workflow_id', 'bigint', false, NULL,
        'Workflow to run; empty once that workflow is gone'),
      ('processing_jobs', 'job_type', 'job_type', false, '''WORKFLOW''::job_type',
        'What the job is to do'),
      ('processing_jobs', 'status', 'job_status', false, '''PENDING''::job_status',
        'Where the job stands'),
      ('processing_jobs', 'custom_instructions', 'text', false, NULL,
        'What the user asked for beyond the workflow, for this job alone'),
      ('processing_jobs', 'error_message', 'text', false, NULL,
        'Why the job failed'),
      ('processing_jobs', 'retry_count', 'integer', false, '0',
        'How often the job was tried again'),
      ('processing_jobs', 'started_at', 'timestamp with time zone', false, NULL,
        'When a worker took the job; empty before'),
      ('processing_jobs', 'completed_at', 'timestamp with time zone', false, NULL,
        'When the job ended, well or not; empty before'),
      ('processing_jobs', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added; the queue is in this order'),
      ('exercise_permissions', 'id', 'bigint', true, 'identity',
        'Key of the permission'),
      ('exercise_permissions', 'exercise_id', 'bigint', true, NULL,
        'Exercise that the permission is for'),
      ('exercise_permissions', 'user_id', 'bigint', true, NULL,
        'User who has the permission'),
      ('exercise_permissions', 'permission_level', 'character varying(32)', true, '''read''::character varying',
        'What the user may do there'),
      ('exercise_permissions', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('webhooks', 'id', 'bigint', true, 'identity',
        'Key of the webhook'),
      ('webhooks', 'name', 'character varying(255)', true, NULL,
        'Name as shown to users'),
      ('webhooks', 'url', 'character varying(500)', true, NULL,
        'Address that deliveries are sent to'),
      ('webhooks', 'description', 'text', false, NULL,
        'What the webhook is for'),
      ('webhooks', 'events', 'text[]', true, NULL,
        'Names of the events that are sent'),
      ('webhooks', 'headers', 'jsonb', false, '''{}''::jsonb',
        'HTTP headers to send along, by name'),
      ('webhooks', 'is_active', 'boolean', false, 'true',
        'False while nothing is to be sent'),
      ('webhooks', 'secret_token', 'character varying(255)', false, NULL,
        'Secret that deliveries are signed with'),
      ('webhooks', 'retry_count', 'integer', false, '3',
        'How often a failed delivery is tried again'),
      ('webhooks', 'timeout_seconds', 'integer', false, '30',
        'How long to wait for an answer, in seconds'),
      ('webhooks', 'created_by', 'bigint', false, NULL,
        'User who added the webhook'),
      ('webhooks', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('webhooks', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('webhooks', 'last_triggered_at', 'timestamp with time zone', false, NULL,
        'When something was last sent; empty before'),
      ('webhook_deliveries', 'id', 'bigint', true, 'identity',
        'Key of the delivery'),
      ('webhook_deliveries', 'webhook_id', 'bigint', false, NULL,
        'Webhook that the delivery is for; its deliveries go with it'),
      ('webhook_deliveries', 'event_type', 'character varying(100)', true, NULL,
        'Name of the event'),
      ('webhook_deliveries', 'event_data', 'jsonb', true, NULL,
        'What was sent'),
      ('webhook_deliveries', 'status', 'character varying(20)', true, NULL,
        'One of pending, success, failed'),
      ('webhook_deliveries', 'attempts', 'integer', false, '0',
        'How often it was sent'),
      ('webhook_deliveries', 'response_status', 'integer', false, NULL,
        'HTTP status of the last answer'),
      ('webhook_deliveries', 'response_body', 'text', false, NULL,
        'Text of the last answer'),
      ('webhook_deliveries', 'error_message', 'text', false, NULL,
        'Why the last attempt failed'),
      ('webhook_deliveries', 'delivered_at', 'timestamp with time zone', false, NULL,
        'When the webhook took it; empty before'),
      ('webhook_deliveries', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('system_settings', 'id', 'bigint', true, 'identity',
        'Key of the row'),
      ('system_settings', 'key', 'character varying(128)', true, NULL,
        'Name of the setting'),
      ('system_settings', 'value', 'jsonb', true, NULL,
        'Value of the setting; switches are the JSON strings "true" and "false"'),
      ('system_settings', 'description', 'text', false, NULL,
        'What the setting does'),
      ('system_settings', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('system_settings', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('workflow_blocks', 'id', 'bigint', true, 'identity',
        'Key of the block'),
      ('workflow_blocks', 'workflow_id', 'bigint', true, NULL,
        'Workflow that the block belongs to; it goes with it'),
      ('workflow_blocks', 'name', 'character varying(128)', true, NULL,
        'Name of the block, by which its output is known'),
      ('workflow_blocks', 'prompt', 'text', true, NULL,
        'What the model is asked'),
      ('workflow_blocks', 'system_prompt', 'text', false, NULL,
        'What the model is told before it is asked'),
      ('workflow_blocks', 'order_index', 'integer', true, NULL,
        'Place of the block in its workflow'),
      ('workflow_blocks', 'block_type', 'block_type', true, '''CUSTOM''::block_type',
        'Whether the block is built in or written by users'),
      ('workflow_blocks', 'output_schema', 'jsonb', false, NULL,
        'JSON Schema that the output must keep to'),
      ('workflow_blocks', 'model_name', 'character varying(128)', false, NULL,
        'Model to ask; empty for the installation''s own choice'),
      ('workflow_blocks', 'model_parameters', 'jsonb', false, NULL,
        'Parameters of the model, by name'),
      ('workflow_blocks', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('workflow_blocks', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('workflow_block_inputs', 'id', 'bigint', true, 'identity',
        'Key of the input'),
      ('workflow_block_inputs', 'block_id', 'bigint', true, NULL,
        'Block that is given the input; it goes with it'),
      ('workflow_block_inputs', 'input_type', 'block_input_type', true, NULL,
        'Where the input comes from'),
      ('workflow_block_inputs', 'source_block_id', 'bigint', false, NULL,
        'Block whose output it is; only for BLOCK_OUTPUT'),
      ('workflow_block_inputs', 'variable_name', 'character varying(64)', true, NULL,
        'Name of the input in the prompt'),
      ('workflow_block_inputs', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('workflow_dashboard_configs', 'id', 'bigint', true, 'identity',
        'Key of the row'),
      ('workflow_dashboard_configs', 'workflow_id', 'bigint', true, NULL,
        'Workflow that the row is for; it goes with it'),
      ('workflow_dashboard_configs', 'fields', 'jsonb', true, NULL,
        'Fields to show, in their order'),
      ('workflow_dashboard_configs', 'layout', 'dashboard_layout', false, '''grid''::dashboard_layout',
        'How the fields are arranged'),
      ('workflow_dashboard_configs', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('workflow_dashboard_configs', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('workflow_embedding_configs', 'id', 'bigint', true, 'identity',
        'Key of the row'),
      ('workflow_embedding_configs', 'workflow_id', 'bigint', true, NULL,
        'Workflow that the row is for; it goes with it'),
      ('workflow_embedding_configs', 'enabled', 'boolean', true, 'true',
        'False while its requests are not to be embedded'),
      ('workflow_embedding_configs', 'embedding_template', 'text', true, NULL,
        'Text to embed, with placeholders like {{block name.field}}'),
      ('workflow_embedding_configs', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('workflow_embedding_configs', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('workflow_similarity_configs', 'id', 'bigint', true, 'identity',
        'Key of the row'),
      ('workflow_similarity_configs', 'workflow_id', 'bigint', true, NULL,
        'Workflow that the row is for; it goes with it'),
      ('workflow_similarity_configs', 'fields', 'jsonb', true, '''[]''::jsonb',
        'Fields to show of each similar request, in their order'),
      ('workflow_similarity_configs', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('workflow_similarity_configs', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('custom_instructions', 'id', 'bigint', true, 'identity',
        'Key of the row'),
      ('custom_instructions', 'request_id', 'bigint', true, NULL,
        'Request that the text is for; it goes with it'),
      ('custom_instructions', 'workflow_block_id', 'bigint', true, NULL,
        'Block that the text is for; it goes with it'),
      ('custom_instructions', 'instruction_text', 'text', true, NULL,
        'What is asked'),
      ('custom_instructions', 'created_by', 'bigint', false, NULL,
        'User who asked; empty once that user is gone'),
      ('custom_instructions', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('custom_instructions', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('custom_instructions', 'is_active', 'boolean', true, 'true',
        'False while the text is not to be used'),
      ('ground_truth_data', 'id', 'bigint', true, 'identity',
        'Key of the row'),
      ('ground_truth_data', 'request_id', 'bigint', true, NULL,
        'Request that was processed; the row goes with it'),
      ('ground_truth_data', 'workflow_block_id', 'bigint', true, NULL,
        'Block whose output is judged; the row goes with it'),
      ('ground_truth_data', 'field_path', 'character varying(255)', true, NULL,
        'Path of the field in the output, names joined by dots'),
      ('ground_truth_data', 'ai_value', 'jsonb', false, NULL,
        'What the block gave'),
      ('ground_truth_data', 'ground_truth_value', 'jsonb', true, NULL,
        'What it should have given'),
      ('ground_truth_data', 'created_by', 'bigint', true, NULL,
        'User who judged; the row goes with them'),
      ('ground_truth_data', 'created_at', 'timestamp with time zone', true, 'now()',
        'When the row was added'),
      ('ground_truth_data', 'updated_at', 'timestamp with time zone', true, 'now()',
        'When the row was last changed'),
      ('ground_truth_data', 'notes', 'text', false, NULL,
        'Why, in the user''s words')
  ) AS wanted
$$;

-- The same beside what is there, with how to change the type: NULL not at all, '' as PostgreSQL does by itself
CREATE OR REPLACE FUNCTION mend_columns()
RETURNS TABLE (
  table_name text, column_name text, attnum smallint,
  type_name text, not_null boolean, default_value text, description text,
  actual_type text, actual_not_null boolean, actual_default text, actual_identity text, actual_description text,
  naive boolean, conversion text)
LANGUAGE sql
AS $$
  SELECT
    wanted.table_name, wanted.column_name, actual.attnum,
    wanted.type_name, wanted.not_null, wanted.default_value, wanted.description,
    actual.type_name, actual.attnotnull, actual.default_value, actual.attidentity::text, actual.description,
    kind.naive,
    CASE
      WHEN actual.type_name = wanted.type_name THEN NULL
      WHEN kind.naive THEN
        'USING ' || quote_ident(wanted.column_name) || ' AT TIME ZONE '
          || quote_literal(nullif(current_setting('taskflow.legacy_time_zone', true), ''))
      WHEN wanted.type_name = 'timestamp with time zone' AND actual.type_name LIKE 'timestamp% with time zone' THEN ''
      WHEN wanted.type_name IN ('integer', 'bigint') AND actual.type_name IN ('smallint', 'integer', 'bigint') THEN ''
      WHEN wanted.type_name ~ '^(text|character varying.*)$' AND kind.actual_is_text THEN ''
      WHEN wanted.type_name = 'jsonb' AND (kind.actual_is_text OR actual.type_name = 'json') OR
        kind.wanted_is_enum AND kind.actual_is_text OR
        wanted.type_name = 'uuid' AND kind.actual_is_text
        THEN format('USING %I::text::%s', wanted.column_name, wanted.type_name)
    END
  FROM mend_wanted_columns() AS wanted
  LEFT JOIN LATERAL (
    SELECT
      attribute.attnum,
      format_type(atttypid, atttypmod) AS type_name,
      attnotnull,
      attidentity,
      pg_get_expr(adbin, adrelid) AS default_value,
      col_description(attrelid, attribute.attnum) AS description
    FROM pg_attribute AS attribute
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attribute.attnum
    WHERE attrelid = wanted.table_name::regclass AND attname = wanted.column_name AND NOT attisdropped
  ) AS actual ON true
  CROSS JOIN LATERAL (
    SELECT
      wanted.type_name = 'timestamp with time zone' AND actual.type_name LIKE 'timestamp% without time zone' AS naive,
      actual.type_name ~ '^(text|character varying.*)$' AS actual_is_text,
      EXISTS (SELECT FROM pg_type WHERE oid = to_regtype(wanted.type_name) AND typtype = 'e') AS wanted_is_enum
  ) AS kind
$$;

-- The views that read a column whose type is to change, or a view that does
CREATE OR REPLACE FUNCTION mend_dependent_views()
RETURNS TABLE (view_oid oid, reads text)
LANGUAGE sql
AS $$
  WITH RECURSIVE reading AS (
    SELECT ev_class, format('%s.%s', table_name, column_name) AS reads
    FROM mend_columns() AS changing
    JOIN pg_depend ON refclassid = 'pg_class'::regclass
      AND refobjid = table_name::regclass AND refobjsubid = attnum
      AND classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite ON pg_rewrite.oid = objid
    WHERE conversion IS NOT NULL
    UNION
    SELECT pg_rewrite.ev_class, reading.ev_class::regclass::text
    FROM reading
    JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = reading.ev_class
      AND classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite ON pg_rewrite.oid = objid AND pg_rewrite.ev_class <> reading.ev_class
  )
  SELECT ev_class, min(reads) FROM reading GROUP BY ev_class
$$;

-- What stops the migration, and what is left as it is
DO $$
DECLARE
  zone text := nullif(current_setting('taskflow.legacy_time_zone', true), '');
  found_column record;
  found_view record;
  broken_by text;
  broken_count bigint;
  listed text;
BEGIN
  PERFORM now() AT TIME ZONE coalesce(zone, 'UTC');

  FOR found_column IN SELECT * FROM mend_columns() WHERE attnum IS NULL LOOP
    RAISE EXCEPTION 'table % lacks its column %', found_column.table_name, found_column.column_name
      USING ERRCODE = 'undefined_column',
        HINT = format('Add it (%s NOT NULL) with a value for each row that is there, then migrate again.',
          found_column.type_name);
  END LOOP;

  FOR found_column IN SELECT * FROM mend_columns() LOOP
    broken_by := concat_ws(' OR ',
      CASE
        WHEN found_column.not_null AND NOT found_column.actual_not_null
          THEN format('%I IS NULL', found_column.column_name)
      END,
      CASE
        WHEN found_column.conversion IS NULL THEN NULL
        WHEN found_column.type_name LIKE 'character varying(%'
          THEN format('length(%I) > %s', found_column.column_name, substring(found_column.type_name FROM '\d+'))
        WHEN EXISTS (SELECT FROM pg_enum WHERE enumtypid = to_regtype(found_column.type_name))
          THEN format('%I NOT IN (SELECT enumlabel FROM pg_enum WHERE enumtypid = %L::regtype)',
            found_column.column_name, found_column.type_name)
      END);
    CONTINUE WHEN broken_by = '';
    EXECUTE format('SELECT count(*) FROM %I WHERE %s', found_column.table_name, broken_by) INTO broken_count;
    IF broken_count > 0 THEN
      RAISE EXCEPTION 'table %: % row(s) break the rule: % % %', found_column.table_name, broken_count,
        found_column.column_name, found_column.type_name, CASE WHEN found_column.not_null THEN 'NOT NULL' ELSE '' END
        USING ERRCODE = 'integrity_constraint_violation',
          HINT = format('Correct these rows, then migrate again: SELECT * FROM %I WHERE %s;',
            found_column.table_name, broken_by);
    END IF;
  END LOOP;

  FOR found_view IN
    SELECT * FROM mend_dependent_views() WHERE view_oid IS DISTINCT FROM to_regclass('ground_truth_with_context')
  LOOP
    RAISE EXCEPTION 'view % reads %, whose type must change', found_view.view_oid::regclass, found_view.reads
      USING ERRCODE = 'dependent_objects_still_exist',
        HINT = 'Keep its definition (pg_get_viewdef), drop it, migrate, and create it again.';
  END LOOP;

  SELECT string_agg(format('%s.%s', table_name, column_name), ', ') INTO listed
  FROM mend_columns()
  WHERE naive AND conversion IS NULL;
  IF listed IS NOT NULL THEN
    RAISE WARNING 'times without time zone are left as they are: %', listed
      USING HINT = 'Configure legacyTimeZone (taskflow.legacy_time_zone), the zone that they were written in, '
        'roll back 028_mend_older_columns alone, and migrate again.';
  END IF;

  SELECT string_agg(format('%s.%s is %s, not %s', table_name, column_name, actual_type, type_name), '; ') INTO listed
  FROM mend_columns()
  WHERE actual_type <> type_name AND conversion IS NULL AND NOT naive;
  IF listed IS NOT NULL THEN
    RAISE WARNING 'types are left as they are, for a change could lose something: %', listed;
  END IF;
END
$$;

-- The changes, one ALTER TABLE for each table that differs. The view stands aside and comes back with its rights.
DO $$
DECLARE
  view_name CONSTANT text := 'ground_truth_with_context';
  view_columns CONSTANT text[] := ARRAY[
    'id', 'request_id', 'workflow_block_id', 'field_path', 'ai_value', 'ground_truth_value', 'created_by',
    'created_at', 'updated_at', 'notes', 'request_text', 'block_name', 'block_prompt', 'created_by_name'];
  view_owner text;
  view_grants text[];
  statement text;
BEGIN
  IF EXISTS (SELECT FROM mend_dependent_views() WHERE view_oid = to_regclass(view_name)) OR EXISTS (
    SELECT
    FROM pg_attribute
    WHERE attrelid = to_regclass(view_name) AND attnum > 0
    HAVING array_agg(attname::text ORDER BY attnum) <> view_columns
  ) THEN
    SELECT
      format('ALTER VIEW %I OWNER TO %I', view_name, pg_get_userbyid(relowner)),
      ARRAY(
        SELECT format('GRANT %s ON %I TO %s%s', privilege_type, view_name,
          CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
          CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
        FROM aclexplode(relacl)
        WHERE grantee <> relowner
        UNION ALL
        SELECT format('GRANT %s (%I) ON %I TO %s%s', privilege_type, attname, view_name,
          CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
          CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
        FROM pg_attribute
        CROSS JOIN aclexplode(attacl)
        WHERE attrelid = pg_class.oid AND attname = ANY (view_columns))
    INTO view_owner, view_grants
    FROM pg_class
    WHERE oid = to_regclass(view_name) AND relkind = 'v';
    EXECUTE format('DROP VIEW %I', view_name);
  END IF;

  -- The queue's index compares with a label of the old type; 030_mend_older_indexes builds it anew.
  FOREACH statement IN ARRAY ARRAY(
    SELECT format('DROP INDEX %s', indexrelid::regclass)
    FROM mend_columns()
    JOIN pg_index ON indrelid = table_name::regclass
    WHERE table_name = 'processing_jobs' AND column_name = 'status' AND conversion IS NOT NULL
      AND indexrelid = to_regclass('processing_jobs_pending_created_at_idx')
  ) LOOP
    EXECUTE statement;
  END LOOP;

  FOREACH statement IN ARRAY ARRAY(
    SELECT format('ALTER TABLE %I %s', table_name, string_agg(change, ', ' ORDER BY attnum, place))
    FROM mend_columns()
    CROSS JOIN LATERAL (
      VALUES
        (1, CASE
          WHEN default_value = 'identity' THEN NULL
          WHEN actual_default IS NOT NULL
            AND (conversion IS NOT NULL OR actual_default IS DISTINCT FROM default_value)
            THEN format('ALTER COLUMN %I DROP DEFAULT', column_name)
        END),
        (2, CASE
          WHEN conversion IS NOT NULL
            THEN format('ALTER COLUMN %I TYPE %s %s', column_name, type_name, conversion)
        END),
        (3, CASE
          WHEN default_value IS NULL OR default_value = 'identity' THEN NULL
          WHEN conversion IS NOT NULL OR actual_default IS DISTINCT FROM default_value
            THEN format('ALTER COLUMN %I SET DEFAULT %s', column_name, default_value)
        END),
        (4, CASE
          WHEN not_null AND NOT actual_not_null THEN format('ALTER COLUMN %I SET NOT NULL', column_name)
          WHEN actual_not_null AND NOT not_null THEN format('ALTER COLUMN %I DROP NOT NULL', column_name)
        END),
        (5, CASE
          WHEN default_value = 'identity' AND actual_identity = 'a'
            THEN format('ALTER COLUMN %I SET GENERATED BY DEFAULT', column_name)
        END)
    ) AS changes(place, change)
    WHERE change IS NOT NULL
    GROUP BY table_name
    ORDER BY min(table_name::regclass::oid)
  ) LOOP
    EXECUTE statement;
  END LOOP;

  CREATE OR REPLACE VIEW ground_truth_with_context AS
  SELECT
    judged.id,
    judged.request_id,
    judged.workflow_block_id,
    judged.field_path,
    judged.ai_value,
    judged.ground_truth_value,
    judged.created_by,
    judged.created_at,
    judged.updated_at,
    judged.notes,
    requests.text AS request_text,
    workflow_blocks.name AS block_name,
    workflow_blocks.prompt AS block_prompt,
    users.name AS created_by_name
  FROM ground_truth_data AS judged
  JOIN requests ON requests.id = judged.request_id
  JOIN workflow_blocks ON workflow_blocks.id = judged.workflow_block_id
  JOIN users ON users.id = judged.created_by;
  FOREACH statement IN ARRAY array_remove(view_grants || view_owner, NULL) LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

-- Keys: an id that numbers itself, and sequences as wide as their column
DO $$
DECLARE
  statement text;
BEGIN
  FOREACH statement IN ARRAY ARRAY(
    SELECT format('ALTER TABLE %I ALTER COLUMN %I ADD GENERATED BY DEFAULT AS IDENTITY', table_name, column_name)
    FROM mend_columns()
    WHERE default_value = 'identity' AND actual_identity = '' AND actual_default IS NULL
    UNION ALL
    SELECT format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',
      table_name, column_name, column_name, table_name)
    FROM mend_columns()
    WHERE default_value = 'identity' AND actual_identity = '' AND actual_default IS NULL
    UNION ALL
    SELECT format('ALTER SEQUENCE %s AS bigint', seqrelid::regclass)
    FROM mend_columns()
    JOIN pg_sequence ON seqrelid = pg_get_serial_sequence(table_name, column_name)::regclass
    WHERE default_value = 'identity' AND seqtypid <> 'bigint'::regtype
  ) LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

-- Comments on columns, and on the types, tables and the view
DO $$
DECLARE
  statement text;
BEGIN
  FOREACH statement IN ARRAY ARRAY(
    SELECT format('COMMENT ON COLUMN %I.%I IS %L', table_name, column_name, description)
    FROM mend_columns()
    WHERE description IS DISTINCT FROM actual_description
    UNION ALL
    SELECT format('COMMENT ON %s IS %L', object, description)
    FROM (VALUES
      ('TYPE user_role', 'What a user may do, from least to most'),
      ('TYPE request_status', 'Where a request stands in its review'),
      ('TYPE job_status', 'Where a processing job stands'),
      ('TYPE job_type', 'What a processing job is to do'),
      ('TYPE workflow_status', 'Whether a workflow is being written, in use or retired'),
      ('TYPE block_type', 'Whether a workflow block is built in or written by users'),
      ('TYPE block_input_type', 'Where an input of a workflow block comes from'),
      ('TYPE embedding_status', 'Where the embedding of a request stands'),
      ('TYPE dashboard_layout', 'How a workflow dashboard arranges its fields'),
      ('TABLE users', 'People who work with requests'),
      ('TABLE workflows', 'Lists of AI blocks that process a request'),
      ('TABLE exercises', 'Groups of requests that belong together'),
      ('TABLE requests', 'Requests that people file, processed by workflows and reviewed by analysts'),
      ('TABLE ai_outputs', 'Results of processing a request, one row a version'),
      ('TABLE processing_jobs', 'Queue of work on requests'),
      ('TABLE exercise_permissions', 'Who may do what in an exercise'),
      ('TABLE webhooks', 'Addresses that are told of events'),
      ('TABLE webhook_deliveries', 'Log of what was sent to webhooks'),
      ('TABLE system_settings', 'Settings of the whole installation'),
      ('TABLE workflow_blocks', 'Steps of a workflow, each one prompt to a model'),
      ('TABLE workflow_block_inputs', 'What the blocks of workflows are given'),
      ('TABLE workflow_dashboard_configs', 'What the dashboard of a workflow shows'),
      ('TABLE workflow_embedding_configs', 'What text of a processed request is embedded'),
      ('TABLE workflow_similarity_configs', 'Which fields of similar requests are shown'),
      ('TABLE custom_instructions', 'What users ask of one block for one request beyond its prompt'),
      ('TABLE ground_truth_data', 'What analysts say that fields of a block''s output should have been'),
      ('VIEW ground_truth_with_context', 'Judged fields with their request, their block and who judged'),
      ('COLUMN ground_truth_with_context.id', 'Key of the row in ground_truth_data'),
      ('COLUMN ground_truth_with_context.request_id', 'Request that was processed'),
      ('COLUMN ground_truth_with_context.workflow_block_id', 'Block whose output is judged'),
      ('COLUMN ground_truth_with_context.field_path', 'Path of the field in the output, names joined by dots'),
      ('COLUMN ground_truth_with_context.ai_value', 'What the block gave'),
      ('COLUMN ground_truth_with_context.ground_truth_value', 'What it should have given'),
      ('COLUMN ground_truth_with_context.created_by', 'User who judged'),
      ('COLUMN ground_truth_with_context.created_at', 'When the row was added'),
      ('COLUMN ground_truth_with_context.updated_at', 'When the row was last changed'),
      ('COLUMN ground_truth_with_context.notes', 'Why, in the user''s words'),
      ('COLUMN ground_truth_with_context.request_text', 'The request in the words of the person who filed it'),
      ('COLUMN ground_truth_with_context.block_name', 'Name of the block'),
      ('COLUMN ground_truth_with_context.block_prompt', 'What the model was asked'),
      ('COLUMN ground_truth_with_context.created_by_name', 'Name of the user who judged')
    ) AS described(object, description)
  ) LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

DROP FUNCTION mend_dependent_views();
DROP FUNCTION mend_columns();
DROP FUNCTION mend_wanted_columns();

-- VERIFY:
-- SELECT attnotnull
-- FROM pg_attribute
-- WHERE attrelid = ANY (ARRAY[
--     'users', 'workflows', 'exercises', 'requests', 'ai_outputs', 'processing_jobs', 'exercise_permissions', 'webhooks',
--     'webhook_deliveries', 'system_settings', 'workflow_blocks', 'workflow_block_inputs', 'workflow_dashboard_configs',
--     'workflow_embedding_configs', 'workflow_similarity_configs', 'custom_instructions', 'ground_truth_data']::regclass[])
--   AND attname IN ('created_at', 'updated_at');

-- ROLLBACK:
-- DO $$
-- BEGIN
--   RAISE DEBUG 'columns stay as they were mended: what was there before is not known';
-- END
-- $$;
