/** What the TaskFlow application relies on, looked up in the catalogs of a new installation, and how it behaves. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { type Engine, server, type TestDatabase, templateDatabase, withDatabase } from '../support/servers.ts';
import { applyAll } from './taskflow-schema-files.ts';

const CREATED = 'created_at timestamptz not null default now()';
const UPDATED = 'updated_at timestamptz not null default now()';

const ENUMS = {
  block_input_type: 'REQUEST_TEXT,BLOCK_OUTPUT',
  block_type: 'CORE,CUSTOM',
  dashboard_layout: 'grid,list',
  embedding_status: 'PENDING,PROCESSING,COMPLETED,FAILED',
  job_status: 'PENDING,RUNNING,COMPLETED,FAILED',
  job_type: 'STANDARD,CUSTOM,WORKFLOW,EMBEDDING,BULK_EMBEDDING',
  request_status: 'NEW,IN_REVIEW,PENDING,CLOSED',
  user_role: 'ANALYST,SUPERVISOR,ADMIN',
  workflow_status: 'DRAFT,ACTIVE,ARCHIVED',
};

/** Columns besides `id`, in the words of the catalogs. */
const TABLES: Record<string, readonly string[]> = {
  users: [
    'name varchar(128) not null',
    'email varchar(256) not null',
    'role user_role not null',
    "preferences jsonb default '{}'::jsonb",
    CREATED,
  ],
  workflows: [
    'name varchar(128) not null',
    'description text',
    "status workflow_status default 'DRAFT'::workflow_status",
    'is_default boolean not null default false',
    'created_by bigint not null',
    CREATED,
    UPDATED,
  ],
  requests: [
    'text text not null',
    'requester varchar(256)',
    'date_received date default CURRENT_DATE',
    'assigned_analyst_id bigint',
    'workflow_id bigint',
    'exercise_id bigint',
    "status request_status default 'NEW'::request_status",
    "embedding_status embedding_status default 'PENDING'::embedding_status",
    'due_date date',
    CREATED,
    UPDATED,
  ],
  ai_outputs: [
    'request_id bigint not null',
    'version integer not null default 1',
    'summary text',
    'model_name varchar(64)',
    'tokens_used integer',
    'duration_ms integer',
    CREATED,
  ],
  processing_jobs: [
    'request_id bigint not null',
    'workflow_id bigint',
    "job_type job_type default 'WORKFLOW'::job_type",
    "status job_status default 'PENDING'::job_status",
    'custom_instructions text',
    'error_message text',
    'retry_count integer default 0',
    'started_at timestamptz',
    'completed_at timestamptz',
    CREATED,
  ],
  exercises: [
    'name varchar(128) not null',
    'description text',
    'is_active boolean default true',
    'is_default boolean default false',
    'created_by bigint',
    CREATED,
    UPDATED,
  ],
  exercise_permissions: [
    'exercise_id bigint not null',
    'user_id bigint not null',
    "permission_level varchar(32) not null default 'read'::varchar",
    CREATED,
  ],
  webhooks: [
    'name varchar(255) not null',
    'url varchar(500) not null',
    'description text',
    'events text[] not null',
    "headers jsonb default '{}'::jsonb",
    'is_active boolean default true',
    'secret_token varchar(255)',
    'retry_count integer default 3',
    'timeout_seconds integer default 30',
    'created_by bigint',
    CREATED,
    UPDATED,
    'last_triggered_at timestamptz',
  ],
  webhook_deliveries: [
    'webhook_id bigint',
    'event_type varchar(100) not null',
    'event_data jsonb not null',
    'status varchar(20) not null',
    'attempts integer default 0',
    'response_status integer',
    'response_body text',
    'error_message text',
    'delivered_at timestamptz',
    CREATED,
  ],
  system_settings: ['key varchar(128) not null', 'value jsonb not null', 'description text', CREATED, UPDATED],
  workflow_blocks: [
    'workflow_id bigint not null',
    'name varchar(128) not null',
    'prompt text not null',
    'system_prompt text',
    'order_index integer not null',
    "block_type block_type not null default 'CUSTOM'::block_type",
    'output_schema jsonb',
    'model_name varchar(128)',
    'model_parameters jsonb',
    CREATED,
    UPDATED,
  ],
  workflow_block_inputs: [
    'block_id bigint not null',
    'input_type block_input_type not null',
    'source_block_id bigint',
    'variable_name varchar(64) not null',
    CREATED,
  ],
  workflow_dashboard_configs: [
    'workflow_id bigint not null',
    'fields jsonb not null',
    "layout dashboard_layout default 'grid'::dashboard_layout",
    CREATED,
    UPDATED,
  ],
  workflow_embedding_configs: [
    'workflow_id bigint not null',
    'enabled boolean not null default true',
    'embedding_template text not null',
    CREATED,
    UPDATED,
  ],
  workflow_similarity_configs: [
    'workflow_id bigint not null',
    "fields jsonb not null default '[]'::jsonb",
    CREATED,
    UPDATED,
  ],
  custom_instructions: [
    'request_id bigint not null',
    'workflow_block_id bigint not null',
    'instruction_text text not null',
    'created_by bigint',
    CREATED,
    UPDATED,
    'is_active boolean not null default true',
  ],
  ground_truth_data: [
    'request_id bigint not null',
    'workflow_block_id bigint not null',
    'field_path varchar(255) not null',
    'ai_value jsonb',
    'ground_truth_value jsonb not null',
    'created_by bigint not null',
    CREATED,
    UPDATED,
    'notes text',
  ],
};

const UNIQUE_KEYS = [
  'custom_instructions (request_id, workflow_block_id)',
  'exercise_permissions (exercise_id, user_id)',
  'exercises (name)',
  'ground_truth_data (request_id, workflow_block_id, field_path)',
  'system_settings (key)',
  'users (email)',
  'webhooks (name)',
  'workflow_dashboard_configs (workflow_id)',
  'workflow_embedding_configs (workflow_id)',
  'workflow_similarity_configs (workflow_id)',
];

const FOREIGN_KEYS = [
  'ai_outputs.request_id requests cascade',
  'custom_instructions.created_by users set null',
  'custom_instructions.request_id requests cascade',
  'custom_instructions.workflow_block_id workflow_blocks cascade',
  'exercise_permissions.exercise_id exercises cascade',
  'exercise_permissions.user_id users cascade',
  'exercises.created_by users set null',
  'ground_truth_data.created_by users cascade',
  'ground_truth_data.request_id requests cascade',
  'ground_truth_data.workflow_block_id workflow_blocks cascade',
  'processing_jobs.request_id requests cascade',
  'processing_jobs.workflow_id workflows set null',
  'requests.assigned_analyst_id users set null',
  'requests.exercise_id exercises set null',
  'requests.workflow_id workflows set null',
  'webhook_deliveries.webhook_id webhooks cascade',
  'webhooks.created_by users no action',
  'workflow_block_inputs.block_id workflow_blocks cascade',
  'workflow_block_inputs.source_block_id workflow_blocks cascade',
  'workflow_blocks.workflow_id workflows cascade',
  'workflow_dashboard_configs.workflow_id workflows cascade',
  'workflow_embedding_configs.workflow_id workflows cascade',
  'workflow_similarity_configs.workflow_id workflows cascade',
  'workflows.created_by users cascade',
];

/** The paths that queries take, and the keys that deletes follow: these indexes and no others. */
const INDEXES = [
  'ai_outputs btree (request_id, version DESC)',
  'custom_instructions btree (created_by)',
  'custom_instructions btree (workflow_block_id)',
  'exercise_permissions btree (user_id)',
  'exercises btree (created_by)',
  'exercises btree (is_active, name)',
  'exercises btree (is_default) WHERE is_default',
  'ground_truth_data btree (created_by)',
  'ground_truth_data btree (workflow_block_id)',
  "processing_jobs btree (created_at) WHERE (status = 'PENDING'::job_status)",
  'processing_jobs btree (request_id)',
  'processing_jobs btree (workflow_id)',
  'requests btree (assigned_analyst_id, status)',
  'requests btree (due_date)',
  'requests btree (embedding_status)',
  'requests btree (exercise_id)',
  'requests btree (status, date_received)',
  'requests btree (workflow_id)',
  'webhook_deliveries btree (created_at DESC)',
  'webhook_deliveries btree (status, created_at DESC)',
  'webhook_deliveries btree (webhook_id, created_at DESC)',
  'webhooks btree (is_active)',
  'webhooks gin (events)',
  'workflow_block_inputs btree (block_id)',
  'workflow_block_inputs btree (source_block_id)',
  'workflow_blocks btree (workflow_id, order_index)',
  'workflows btree (created_by)',
  'workflows btree (is_default) WHERE is_default',
];

/** One row of each table with `updated_at`, made so that each can be updated. */
const ONE_ROW_EACH = `
  INSERT INTO workflows (id, name, created_by) VALUES (90, 'Triage', 1);
  INSERT INTO exercises (id, name) VALUES (90, 'Winter');
  INSERT INTO requests (id, text, assigned_analyst_id, workflow_id, exercise_id) VALUES (90, 'Why?', 2, 90, 90);
  INSERT INTO webhooks (id, name, url, events) VALUES (90, 'Chat', 'https://chat.example.org', '{request.created}');
  INSERT INTO workflow_blocks (id, workflow_id, name, prompt, order_index) VALUES (90, 90, 'Topic', 'What about?', 1);
  INSERT INTO workflow_dashboard_configs (workflow_id, fields) VALUES (90, '[]');
  INSERT INTO workflow_embedding_configs (workflow_id, embedding_template) VALUES (90, '{{Topic.text}}');
  INSERT INTO workflow_similarity_configs (workflow_id) VALUES (90);
  INSERT INTO custom_instructions (request_id, workflow_block_id, instruction_text, created_by) VALUES (90, 90, 'Briefly', 2);
  INSERT INTO ground_truth_data (request_id, workflow_block_id, field_path, ground_truth_value, created_by)
    VALUES (90, 90, 'text', '"ferries"', 2);
  INSERT INTO ai_outputs (request_id) VALUES (90);
  INSERT INTO processing_jobs (request_id, workflow_id) VALUES (90, 90);`;

async function withSchema(engine: Engine, body: (database: TestDatabase) => Promise<void>): Promise<void> {
  const template = await templateDatabase(await server(engine), 'taskflow schema', (database) => applyAll(database));
  await withDatabase(engine, body, { template });
}

const first = async (database: TestDatabase, query: string) => (await database.sql(query)).map((row) => row[0]);

async function refuses(database: TestDatabase, statement: string, sqlstate: string): Promise<void> {
  await assert.rejects(database.sql(statement), { sqlstate }, statement);
}

async function columnsOf(database: TestDatabase, table: string): Promise<(string | null | undefined)[]> {
  const lines = await first(
    database,
    `SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
       || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
     FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE attrelid = '${table}'::regclass AND attnum > 0 AND attname <> 'id' ORDER BY attnum`,
  );
  return lines.map((line) =>
    line?.replaceAll('character varying', 'varchar').replace('timestamp with time zone', 'timestamptz'),
  );
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`a new installation on PostgreSQL ${engine}`, () => {
    test('has the enum types with their labels in order', () =>
      withSchema(engine, async (database) => {
        const rows = await database.sql(
          `SELECT typname, string_agg(enumlabel, ',' ORDER BY enumsortorder)
           FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid GROUP BY typname ORDER BY typname`,
        );
        assert.deepEqual(Object.fromEntries(rows), ENUMS);
      }));

    test('has the tables with their columns, and no others', () =>
      withSchema(engine, async (database) => {
        const names = await first(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
        assert.deepEqual(names, Object.keys(TABLES).sort());
        for (const [table, columns] of Object.entries(TABLES)) {
          assert.deepEqual(await columnsOf(database, table), columns, table);
        }
      }));

    test('numbers its rows, and jobs by UUID', () =>
      withSchema(engine, async (database) => {
        const ids = await database.sql(
          `SELECT DISTINCT format_type(atttypid, atttypmod), attidentity, pg_get_expr(adbin, adrelid), attnotnull
           FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
           JOIN pg_tables ON attrelid = tablename::regclass AND schemaname = 'public'
           JOIN pg_constraint ON conrelid = attrelid AND contype = 'p' AND conkey = ARRAY[attnum]
           WHERE attname = 'id' ORDER BY 1`,
        );
        assert.deepEqual(ids, [
          ['bigint', 'd', null, 't'],
          ['uuid', '', 'gen_random_uuid()', 't'],
        ]);
        const keyed = await first(
          database,
          `SELECT conrelid::regclass::text FROM pg_constraint
           WHERE contype = 'p' AND connamespace = 'public'::regnamespace ORDER BY 1`,
        );
        assert.deepEqual(keyed, Object.keys(TABLES).sort());
      }));

    test('has the unique keys, and no others', () =>
      withSchema(engine, async (database) => {
        const keys = await first(
          database,
          `SELECT conrelid::regclass || substr(pg_get_constraintdef(oid), 7)
           FROM pg_constraint WHERE contype = 'u' AND connamespace = 'public'::regnamespace`,
        );
        assert.deepEqual(keys.sort(), UNIQUE_KEYS);
      }));

    test('has the foreign keys with their delete rules, and no others', () =>
      withSchema(engine, async (database) => {
        const keys = await first(
          database,
          `SELECT format('%s.%s %s %s', conrelid::regclass, attname, confrelid::regclass,
             CASE confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'a' THEN 'no action' END)
           FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
           WHERE contype = 'f' AND convalidated`,
        );
        assert.deepEqual(keys.sort(), FOREIGN_KEYS);
      }));

    test('has an index for each path, and no others', () =>
      withSchema(engine, async (database) => {
        const indexes = await first(
          database,
          `SELECT indrelid::regclass || ' ' || substring(pg_get_indexdef(indexrelid) FROM 'USING (.*)$')
           FROM pg_index WHERE indrelid::regclass::text IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')
             AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))`,
        );
        assert.deepEqual(indexes.sort(), INDEXES);
      }));

    test('has an index for every key that a delete follows', () =>
      withSchema(engine, async (database) => {
        const bare = await first(
          database,
          `SELECT conname FROM pg_constraint
           WHERE contype = 'f' AND confdeltype IN ('c', 'n') AND NOT EXISTS (
             SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL)`,
        );
        assert.deepEqual(bare, []);
      }));

    test('has no index whose columns another one begins with', () =>
      withSchema(engine, async (database) => {
        const redundant = await first(
          database,
          `SELECT less.indexrelid::regclass FROM pg_index AS less JOIN pg_index AS more
             ON more.indrelid = less.indrelid AND more.indexrelid <> less.indexrelid
             AND more.indkey::text || ' ' LIKE less.indkey::text || ' %'
             AND more.indpred IS NULL AND less.indpred IS NULL
           WHERE less.indrelid::regclass::text IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')`,
        );
        assert.deepEqual(redundant, []);
      }));

    test('has a comment on every table, column, type, function and view', () =>
      withSchema(engine, async (database) => {
        const bare = await first(
          database,
          `SELECT format('%s.%s', attrelid::regclass, attname) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0
             AND col_description(attrelid, attnum) IS NULL
           UNION ALL SELECT relname FROM pg_class
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL
           UNION ALL SELECT typname FROM pg_type
           WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' AND obj_description(oid, 'pg_type') IS NULL
           UNION ALL SELECT proname FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL`,
        );
        assert.deepEqual(bare, []);
      }));

    test('has the seed rows', () =>
      withSchema(engine, async (database) => {
        assert.deepEqual(await database.sql('SELECT name, email, role, preferences FROM users ORDER BY id'), [
          ['System Admin', 'admin@system.local', 'ADMIN', '{}'],
          ['Default Analyst', 'analyst@system.local', 'ANALYST', '{}'],
        ]);
        assert.deepEqual(await database.sql('SELECT name, is_default, is_active FROM exercises'), [
          ['Default Exercise', 't', 't'],
        ]);
        assert.deepEqual(await database.sql('SELECT key, value FROM system_settings ORDER BY key'), [
          ['rag_search_enabled', '"true"'],
          ['ui_show_logs_button', '"true"'],
          ['ui_show_similarity_features', '"true"'],
        ]);
      }));

    test('sets updated_at on every update of a table that has it', () =>
      withSchema(engine, async (database) => {
        await database.sql(ONE_ROW_EACH);
        const tables = Object.keys(TABLES).filter((table) => TABLES[table]?.includes(UPDATED));
        assert.equal(tables.length, 11);
        for (const table of tables) {
          const [[fresh] = []] = await database.sql(
            `UPDATE ${table} SET updated_at = '2001-01-01', created_at = '2001-01-01' RETURNING updated_at = now()`,
          );
          assert.equal(fresh, 't', table);
        }
      }));

    test('takes one default workflow and one default exercise', () =>
      withSchema(engine, async (database) => {
        const workflow = "INSERT INTO workflows (name, created_by, is_default) VALUES ('w', 1, true)";
        await database.sql(workflow);
        await refuses(database, workflow, '23505');
        await refuses(database, "INSERT INTO exercises (name, is_default) VALUES ('e', true)", '23505');
        await database.sql("INSERT INTO exercises (name) VALUES ('e'), ('f')");
      }));

    test('takes a source only for the output of a block, and only known states of a delivery', () =>
      withSchema(engine, async (database) => {
        await database.sql(ONE_ROW_EACH);
        const input = (type: string, source: string) =>
          `INSERT INTO workflow_block_inputs (block_id, input_type, source_block_id, variable_name)
           VALUES (90, '${type}', ${source}, 'v')`;
        await database.sql(`${input('BLOCK_OUTPUT', '90')};${input('REQUEST_TEXT', 'NULL')}`);
        await refuses(database, input('REQUEST_TEXT', '90'), '23514');
        const delivery = (status: string) =>
          `INSERT INTO webhook_deliveries (webhook_id, event_type, event_data, status) VALUES (90, 'e', '{}', '${status}')`;
        for (const status of ['pending', 'success', 'failed']) await database.sql(delivery(status));
        await refuses(database, delivery('lost'), '23514');
      }));

    test('shows judged fields with their context', () =>
      withSchema(engine, async (database) => {
        await database.sql(ONE_ROW_EACH);
        assert.deepEqual(
          await database.sql(
            `SELECT request_id, workflow_block_id, field_path, ground_truth_value, request_text, block_name, block_prompt,
               created_by_name FROM ground_truth_with_context`,
          ),
          [['90', '90', 'text', '"ferries"', 'Why?', 'Topic', 'What about?', 'Default Analyst']],
        );
      }));

    test('follows deletes: what belongs goes along, what only refers is emptied', () =>
      withSchema(engine, async (database) => {
        await database.sql(ONE_ROW_EACH);
        await database.sql('DELETE FROM users WHERE id = 2');
        assert.deepEqual(
          await database.sql(
            `SELECT (SELECT assigned_analyst_id FROM requests), (SELECT created_by FROM custom_instructions),
               (SELECT count(*) FROM ground_truth_data)`,
          ),
          [[null, null, '0']],
        );
        await database.sql('DELETE FROM workflows WHERE id = 90');
        assert.deepEqual(
          await database.sql(
            `SELECT (SELECT workflow_id FROM requests), (SELECT workflow_id FROM processing_jobs),
               (SELECT count(*) FROM workflow_blocks), (SELECT count(*) FROM custom_instructions)`,
          ),
          [[null, null, '0', '0']],
        );
        await database.sql('DELETE FROM requests WHERE id = 90');
        assert.deepEqual(
          await database.sql('SELECT (SELECT count(*) FROM ai_outputs), (SELECT count(*) FROM processing_jobs)'),
          [['0', '0']],
        );
        await database.sql('UPDATE webhooks SET created_by = 1');
        await refuses(database, 'DELETE FROM users WHERE id = 1', '23503');
      }));
  });
}
