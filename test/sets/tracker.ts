/**
 * An issue tracker with a great many rows: files are named by the minute, nothing stops the application for long. Indexes are
 * built concurrently, keys come in two steps, columns grow from integer to bigint beside the old one, the log is partitioned.
 */
import * as make from './blocks.ts';
import type { MigrationSet, Step } from './step.ts';
import { snake } from './step.ts';
import { TRACKER_FAULTS } from './tracker-faults.ts';

const TABLES: readonly (readonly [string, string])[] = [
  ['namespaces', 'name varchar NOT NULL\nowner_id integer\npath varchar NOT NULL\nlft integer\nrgt integer'],
  [
    'users',
    "email varchar DEFAULT '' NOT NULL\nusername varchar\nadmin boolean DEFAULT false NOT NULL\nstate varchar\nlast_seen timestamp without time zone",
  ],
  [
    'projects',
    'namespace_id integer NOT NULL\ncreator_id integer\nname varchar\npath varchar\ndescription text\narchived boolean DEFAULT false NOT NULL\nstar_count integer DEFAULT 0 NOT NULL',
  ],
  ['milestones', 'project_id integer\ntitle varchar NOT NULL\ndue_date date\nstate varchar'],
  [
    'issues',
    'project_id integer\nauthor_id integer\nmilestone_id integer\ntitle varchar\ndescription text\nstate_id smallint DEFAULT 1 NOT NULL\niid integer\nweight integer\nconfidential boolean DEFAULT false NOT NULL\nlegacy_state varchar',
  ],
  ['labels', 'project_id integer\ntitle varchar\ncolor varchar\ntemplate boolean DEFAULT false'],
  ['label_links', 'label_id integer\nissue_id integer'],
  [
    'notes',
    'note text\nissue_id integer\nauthor_id integer\nsystem boolean DEFAULT false NOT NULL\nline_code varchar\nposition text',
  ],
  [
    'merge_requests',
    "source_branch varchar NOT NULL\ntarget_branch varchar NOT NULL\nproject_id integer NOT NULL\nauthor_id integer\nmerge_status varchar DEFAULT 'unchecked' NOT NULL\nsquash boolean DEFAULT false NOT NULL",
  ],
  ['merge_request_diffs', 'merge_request_id integer NOT NULL\nstate varchar\nbase_sha varchar\ncommits_count integer'],
  ['pipelines', 'project_id integer\nref varchar\nsha varchar\nstatus varchar\nduration integer\nyaml_errors text'],
  [
    'builds',
    "pipeline_id integer\nproject_id integer\nname varchar\nstatus varchar\nruntime integer\noptions text\nwhen_run varchar DEFAULT 'on_success'",
  ],
  [
    'runners',
    'token varchar\ndescription varchar\ncontacted_at timestamp without time zone\nactive boolean DEFAULT true NOT NULL',
  ],
  ['events', 'project_id integer\nauthor_id integer NOT NULL\ntarget_id integer\naction smallint NOT NULL'],
  ['todos', 'user_id integer NOT NULL\nissue_id integer\nstate varchar NOT NULL\naction integer NOT NULL'],
  ['members', 'user_id integer NOT NULL\nproject_id integer\naccess_level integer NOT NULL\nexpires_at date'],
  ['keys', 'user_id integer\nkey text NOT NULL\nfingerprint varchar\nlast_used_at timestamp without time zone'],
  ['web_hooks', 'url varchar\nproject_id integer\npush_events boolean DEFAULT true NOT NULL\ntoken varchar'],
  [
    'snippets',
    'title varchar\ncontent text\nauthor_id integer NOT NULL\nproject_id integer\nvisibility integer DEFAULT 0 NOT NULL',
  ],
  [
    'releases',
    'tag varchar\ndescription text\nproject_id integer\nauthor_id integer\nreleased_at timestamp with time zone',
  ],
  [
    'environments',
    "project_id integer NOT NULL\nname varchar NOT NULL\nexternal_url varchar\nstate varchar DEFAULT 'available' NOT NULL",
  ],
  [
    'deployments',
    'environment_id integer NOT NULL\nproject_id integer NOT NULL\nsha varchar NOT NULL\nuser_id integer\nstatus smallint DEFAULT 0 NOT NULL',
  ],
];

const REFERENCES = make.rows(`
  projects            | namespace_id     | namespaces     | CASCADE
  projects            | creator_id       | users          | SET NULL
  milestones          | project_id       | projects       | CASCADE
  issues              | project_id       | projects       | CASCADE
  issues              | author_id        | users          | SET NULL
  issues              | milestone_id     | milestones     | SET NULL
  labels              | project_id       | projects       | CASCADE
  label_links         | label_id         | labels         | CASCADE
  label_links         | issue_id         | issues         | CASCADE
  notes               | issue_id         | issues         | CASCADE
  merge_requests      | project_id       | projects       | CASCADE
  merge_request_diffs | merge_request_id | merge_requests | CASCADE
  pipelines           | project_id       | projects       | CASCADE
  builds              | pipeline_id      | pipelines      | CASCADE
  todos               | user_id          | users          | CASCADE
  members             | project_id       | projects       | CASCADE
  releases            | author_id        | users          | SET NULL
  environments        | project_id       | projects       | CASCADE
  deployments         | environment_id   | environments   | RESTRICT`);

const INDEXES = make.rows(`
  users (email)                                                          | unique
  users (username)
  users (last_seen) WHERE state = 'active'
  projects (path, namespace_id)
  projects (star_count DESC NULLS LAST, id DESC)
  issues (project_id, iid)                                               | unique
  issues (milestone_id) WHERE milestone_id IS NOT NULL
  issues (project_id, created_at, id) INCLUDE (state_id, confidential)
  labels (project_id, title)
  notes (issue_id, created_at)
  notes (author_id) WHERE NOT system
  merge_requests (project_id, target_branch varchar_pattern_ops)
  merge_requests (lower(source_branch))
  pipelines (project_id, ref, status)
  pipelines USING brin (created_at)
  builds (status, runtime)
  builds (pipeline_id) WHERE status IN ('running', 'pending')
  events (project_id, created_at)
  todos (user_id, state)
  members (user_id, project_id)                                          | unique
  keys USING hash (fingerprint)
  environments (project_id, name)                                        | unique
  deployments (project_id, sha)`);

/** Keys and references that have grown too large: a bigint beside the old column, kept the same by a trigger, then in its place. */
const CONVERSIONS = make.rows(`
  events  | target_id
  todos   | issue_id
  builds  | runtime
  members | access_level`);

const FLAGS = make.rows(`
  projects       | squash_option       | smallint DEFAULT 3
  projects       | issues_template     | text
  projects       | repository_size     | bigint DEFAULT 0 NOT NULL
  projects       | mirror              | boolean DEFAULT false NOT NULL
  issues         | due_date            | date
  issues         | moved_to_id         | integer
  issues         | lock_version        | integer DEFAULT 0
  issues         | health_status       | smallint
  merge_requests | draft               | boolean DEFAULT false NOT NULL
  merge_requests | merge_error         | text
  merge_requests | rebase_sha          | varchar
  pipelines      | protected           | boolean
  pipelines      | source              | integer
  builds         | retried             | boolean
  builds         | coverage            | double precision
  runners        | ip_address          | inet
  runners        | maximum_timeout     | interval
  users          | preferred_language  | varchar(7)
  users          | otp_required        | boolean DEFAULT false NOT NULL
  snippets       | secret              | boolean DEFAULT false NOT NULL
  releases       | name                | varchar
  environments   | auto_stop_at        | timestamp with time zone
  web_hooks      | branch_filter       | text`);

const LIMITS = make.rows(`
  issues         | title        | 255
  projects       | name         | 255
  labels         | color        | 7
  milestones     | title        | 255
  releases       | tag          | 1024
  runners        | token        | 128
  environments   | name         | 255
  keys           | fingerprint  | 100
  web_hooks      | url          | 2048
  users          | username     | 255`);

/** `index_issues_on_project_id_and_iid` */
const indexName = (on: string) =>
  `index_${on
    .replace(/ WHERE .*| INCLUDE .*/, '')
    .replace('lower(', '')
    .replace(/ \(| USING \w+ \(/, '_on_')
    .replaceAll(/\b(DESC|NULLS|LAST|varchar_pattern_ops)\b|[()]/g, '')
    .trim()
    .replaceAll(/,\s*/g, '_and_')
    .replaceAll(/\s+/g, '')}${on.includes(' WHERE ') ? '_partial' : ''}`;

const asyncIndex = ([on = '', unique]: string[]) =>
  make.concurrently(make.index(indexName(on), on, { unique: unique === 'unique' }));

const reference = ([of = '', column = '', to = '', then = '']: string[]) =>
  make.inTwoSteps(of, `fk_${of}_${column}`, `FOREIGN KEY (${column}) REFERENCES ${to} (id) ON DELETE ${then}`);

function* conversion([of = '', column = '']: string[]): Iterable<Step> {
  const wide = `${column}_convert_to_bigint`;
  const name = `trigger_${of}_${column}`;
  const needed = column === 'access_level';
  const sync = make.step(
    `keep ${column} of ${of} in step`,
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."${wide}" := NEW."${column}";
  RETURN NEW;
END;
$$;
CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE ON ${of} FOR EACH ROW EXECUTE FUNCTION ${name}();`,
    `DROP TRIGGER ${name} ON ${of};\nDROP FUNCTION ${name}();`,
  );
  yield make.column(of, wide, `bigint${needed ? ' DEFAULT 0 NOT NULL' : ''}`);
  yield sync;
  yield make.step(
    `backfill ${column} of ${of}`,
    `UPDATE ${of} SET ${wide} = ${column} WHERE ${wide} IS DISTINCT FROM ${column};`,
    `UPDATE ${of} SET ${wide} = ${needed ? '0' : 'NULL'};`,
  );
  // A second run would swap them back.
  const swap = (type: string) => `DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '${of}'::regclass AND attname = '${column}' AND atttypid = '${type}'::regtype) THEN
    ALTER TABLE ${of} RENAME COLUMN ${column} TO swapping;
    ALTER TABLE ${of} RENAME COLUMN ${wide} TO ${column};
    ALTER TABLE ${of} RENAME COLUMN swapping TO ${wide};
  END IF;
END $$;`;
  yield make.step(`swap ${column} of ${of}`, swap('bigint'), swap('integer'));
  // The index has stayed with the column that it was made for.
  const indexed =
    of === 'builds' ? `\nCREATE INDEX index_builds_on_status_and_runtime ON builds (status, ${wide});` : '';
  const back = `ALTER TABLE ${of} ADD COLUMN ${wide} integer${needed ? ` DEFAULT 0 CONSTRAINT ${of}_${column}_not_null NOT NULL` : ''};`;
  const undefaulted = needed ? `\nALTER TABLE ${of} ALTER COLUMN ${wide} DROP DEFAULT;` : '';
  yield make.step(
    `drop the narrow ${column} of ${of}`,
    `${sync.down}\nALTER TABLE ${of} DROP COLUMN ${wide};`,
    `${back}${undefaulted}${indexed}\n${sync.up}`,
  );
}

const limit = ([of = '', column = '', most = '']: string[]) =>
  make.inTwoSteps(of, `check_${of}_${column}`, `CHECK (char_length(${column}) <= ${most})`);

const MONTHS = ['202401', '202402', '202403', '202404', '202405', '202406'];
const border = (month: string) => `'${month.slice(0, 4)}-${month.slice(4)}-01'`;
const nextMonth = (month: string) => String(Number(month) + 1);
const partition = (month: string) =>
  `CREATE TABLE partitions.audit_events_${month} PARTITION OF audit_events FOR VALUES FROM (${border(month)}) TO (${border(nextMonth(month))});`;

function* partitions(): Iterable<Step> {
  yield make.step(
    'schema partitions',
    "CREATE SCHEMA partitions;\nCOMMENT ON SCHEMA partitions IS 'Made and dropped by a job, not by people';",
    'DROP SCHEMA partitions;',
  );
  yield make.table(
    'audit_events',
    'id bigint GENERATED ALWAYS AS IDENTITY\nauthor_id integer NOT NULL\nentity_id integer NOT NULL\ndetails text\ncreated_at timestamp without time zone NOT NULL\nPRIMARY KEY (id, created_at)',
    {},
    '\nPARTITION BY RANGE (created_at)',
  );
  for (const month of MONTHS)
    yield make.step(
      `partition ${month} of audit_events`,
      partition(month),
      `DROP TABLE partitions.audit_events_${month};`,
    );
  yield make.index('index_audit_events_on_entity_id', 'audit_events (entity_id, id DESC)');
  yield make.step(
    'audit_events have a partition for the rest',
    'CREATE TABLE partitions.audit_events_rest PARTITION OF audit_events DEFAULT;',
    'DROP TABLE partitions.audit_events_rest;',
  );
  yield make.step(
    'detach the oldest audit_events',
    'ALTER TABLE audit_events DETACH PARTITION partitions.audit_events_202401;',
    `ALTER TABLE audit_events ATTACH PARTITION partitions.audit_events_202401 FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');`,
  );
  yield make.step(
    'hash table of web hook logs',
    `CREATE TABLE web_hook_logs (id bigserial, web_hook_id integer NOT NULL, url varchar, PRIMARY KEY (id, web_hook_id)) PARTITION BY HASH (web_hook_id);
${[0, 1, 2, 3].map((n) => `CREATE TABLE partitions.web_hook_logs_${n} PARTITION OF web_hook_logs FOR VALUES WITH (MODULUS 4, REMAINDER ${n});`).join('\n')}`,
    'DROP TABLE web_hook_logs;',
  );
  yield make.step(
    'web hook logs refer to web hooks',
    'ALTER TABLE web_hook_logs ADD CONSTRAINT fk_web_hook_logs FOREIGN KEY (web_hook_id) REFERENCES web_hooks (id) ON DELETE CASCADE;',
    'ALTER TABLE web_hook_logs DROP CONSTRAINT fk_web_hook_logs;',
  );
  yield make.step(
    'partitions of audit_events are vacuumed early',
    'ALTER TABLE partitions.audit_events_202406 SET (autovacuum_vacuum_threshold = 100, toast.autovacuum_enabled = false);',
    'ALTER TABLE partitions.audit_events_202406 RESET (autovacuum_vacuum_threshold, toast.autovacuum_enabled);',
  );
}

function* steps(): Iterable<Step> {
  for (const [name, columns] of TABLES)
    yield make.table(
      name,
      `id integer NOT NULL\n${columns}\ncreated_at timestamp without time zone\nupdated_at timestamp without time zone`,
    );
  for (const [name] of TABLES)
    yield make.step(
      `keys of ${name}`,
      `CREATE SEQUENCE ${name}_id_seq AS integer;
ALTER SEQUENCE ${name}_id_seq OWNED BY ${name}.id;
ALTER TABLE ${name} ALTER COLUMN id SET DEFAULT nextval('${name}_id_seq'::regclass);
ALTER TABLE ONLY ${name} ADD CONSTRAINT ${name}_pkey PRIMARY KEY (id);`,
      `ALTER TABLE ${name} DROP CONSTRAINT ${name}_pkey;
ALTER TABLE ${name} ALTER COLUMN id DROP NOT NULL;
ALTER TABLE ${name} ALTER COLUMN id SET NOT NULL;
ALTER TABLE ${name} ALTER COLUMN id DROP DEFAULT;
DROP SEQUENCE ${name}_id_seq;`,
    );
  for (const one of INDEXES) yield asyncIndex(one);
  for (const one of REFERENCES) yield* reference(one);
  for (const [of = '', name = '', type = ''] of FLAGS) yield make.column(of, name, type);
  for (const one of LIMITS) yield* limit(one);
  for (const one of CONVERSIONS) yield* conversion(one);
  yield* partitions();
  yield* later();
}

const REFRESH = (columns: string) => `CREATE VIEW issue_boards AS SELECT ${columns} FROM issues WHERE state_id = 1;`;

function* later(): Iterable<Step> {
  const [issuesDone, notesDone] = [asyncIndex(INDEXES[6]!), asyncIndex(INDEXES[10]!)];
  yield make.dropped(issuesDone, `drop the index of milestones`);
  yield make.dropped(notesDone, `drop the index of authors of notes`);
  yield make.step(
    'rename the index of labels',
    'ALTER INDEX index_labels_on_project_id_and_title RENAME TO index_labels_titles;',
    'ALTER INDEX index_labels_titles RENAME TO index_labels_on_project_id_and_title;',
  );
  yield make.step(
    'issues lose their old state',
    'ALTER TABLE issues DROP COLUMN legacy_state;',
    'ALTER TABLE issues ADD COLUMN legacy_state varchar;',
  );
  yield make.step(
    'merge status is known',
    "ALTER TABLE merge_requests ALTER COLUMN merge_status SET DEFAULT 'preparing';",
    "ALTER TABLE merge_requests ALTER COLUMN merge_status SET DEFAULT 'unchecked';",
  );
  yield make.step(
    'names of projects are needed',
    'ALTER TABLE projects ALTER COLUMN name SET NOT NULL;',
    'ALTER TABLE projects ALTER COLUMN name DROP NOT NULL;',
    { verify: "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'projects'::regclass AND attname = 'name';" },
  );
  yield make.step('view issue_boards', REFRESH('id, title, weight'), 'DROP VIEW issue_boards;');
  yield make.step(
    'boards show more',
    `DROP VIEW issue_boards;\n${REFRESH('id, title, weight, due_date, milestone_id')}`,
    `DROP VIEW issue_boards;\n${REFRESH('id, title, weight')}`,
  );
  yield make.step(
    'replica identity of events',
    'CREATE UNIQUE INDEX events_identity ON events (id, author_id);\nALTER TABLE events REPLICA IDENTITY USING INDEX events_identity;',
    'ALTER TABLE events REPLICA IDENTITY DEFAULT;\nDROP INDEX events_identity;',
  );
  yield make.step(
    'publication of issues',
    'CREATE PUBLICATION set_tracker FOR TABLE issues, notes;',
    'DROP PUBLICATION set_tracker;',
  );
  yield make.step(
    'publication of labels',
    'ALTER PUBLICATION set_tracker ADD TABLE labels;',
    'ALTER PUBLICATION set_tracker DROP TABLE labels;',
  );
  yield make.step(
    'analyse statuses together',
    'CREATE STATISTICS builds_status (mcv, dependencies) ON status, pipeline_id FROM builds;',
    'DROP STATISTICS builds_status;',
  );
  yield make.step(
    'builds are wide',
    'ALTER TABLE builds ALTER COLUMN options SET STORAGE EXTERNAL, ALTER COLUMN status SET STATISTICS 2000;',
    'ALTER TABLE builds ALTER COLUMN options SET STORAGE EXTENDED, ALTER COLUMN status SET STATISTICS -1;',
  );
  yield make.extension('pg_trgm');
  for (const on of [
    'issues USING gin (title gin_trgm_ops)',
    'projects USING gin (name gin_trgm_ops, path gin_trgm_ops)',
  ])
    yield make.concurrently(
      make.index(`index_${on.split(' ')[0]}_trigram`, on, {
        depends: ['extension pg_trgm', `create ${on.split(' ')[0]}`],
      }),
    );
  yield make.extension('btree_gin');
  yield make.concurrently(
    make.index('index_todos_trigram', 'todos USING gin (user_id, state gin_trgm_ops)', {
      depends: ['extension btree_gin', 'extension pg_trgm', 'create todos'],
    }),
  );
  yield make.step(
    'instances have settings',
    'CREATE TABLE IF NOT EXISTS application_settings (id integer PRIMARY KEY, signup boolean DEFAULT true NOT NULL, theme smallint DEFAULT 1);\nINSERT INTO application_settings (id) VALUES (1) ON CONFLICT DO NOTHING;',
    'DROP TABLE application_settings;',
    { verify: 'SELECT count(*) = 1 FROM application_settings;' },
  );
  yield make.step(
    'settings are one row',
    "ALTER TABLE application_settings ADD CONSTRAINT one_row CHECK (id = 1);\nCOMMENT ON CONSTRAINT one_row ON application_settings IS 'There is one instance';",
    'ALTER TABLE application_settings DROP CONSTRAINT one_row;',
  );
  yield make.step(
    'settings may have rows',
    'ALTER TABLE application_settings DROP CONSTRAINT one_row;',
    "ALTER TABLE application_settings ADD CONSTRAINT one_row CHECK (id = 1);\nCOMMENT ON CONSTRAINT one_row ON application_settings IS 'There is one instance';",
  );
  yield make.step(
    'readers of reports',
    'GRANT SELECT ON issues, notes, builds TO set_readers;',
    'REVOKE SELECT ON issues, notes, builds FROM set_readers;',
  );
  yield make.step(
    'boards count',
    `DROP VIEW issue_boards;
CREATE TABLE issue_boards (issue_id integer PRIMARY KEY, moved integer DEFAULT 0 NOT NULL);
CREATE FUNCTION count_moves() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.moved := NEW.moved + 1; RETURN NEW; END $$;
CREATE TRIGGER count_moves BEFORE UPDATE ON issue_boards FOR EACH ROW EXECUTE FUNCTION count_moves();
ALTER TABLE issue_boards ENABLE REPLICA TRIGGER count_moves;`,
    `DROP TABLE issue_boards;\nDROP FUNCTION count_moves();\n${REFRESH('id, title, weight, due_date, milestone_id')}`,
  );
  yield make.step(
    'boards count everywhere',
    'DROP TRIGGER count_moves ON issue_boards;\nCREATE TRIGGER count_moves BEFORE INSERT OR UPDATE ON issue_boards FOR EACH ROW EXECUTE FUNCTION count_moves();',
    `DROP TRIGGER count_moves ON issue_boards;
CREATE TRIGGER count_moves BEFORE UPDATE ON issue_boards FOR EACH ROW EXECUTE FUNCTION count_moves();
ALTER TABLE issue_boards ENABLE REPLICA TRIGGER count_moves;`,
  );
}

export const tracker: MigrationSet = {
  name: 'tracker',
  roles: ['set_readers'],
  steps: [...steps()],
  stem: (place, title) => {
    const day = new Date(Date.UTC(2023, 0, 2, 9, 13) + place * 40 * 3_600_000);
    return `${day.toISOString().replaceAll(/\D/g, '').slice(0, 14)}_${snake(title)}`;
  },
  head: (place) => [
    `Author: team ${['plan', 'create', 'verify'][place % 3]}`,
    ...(place % 9 === 0 ? ['Lock-Timeout: 2s'] : []),
  ],
  faults: TRACKER_FAULTS,
  moving: [
    'drop the narrow target_id of events',
    'drop the narrow issue_id of todos',
    'drop the narrow runtime of builds',
    'drop the narrow access_level of members',
    'issues lose their old state',
  ],
};
