import * as v from 'valibot';
import { dataSchema } from './data-schema.ts';
import { closed, duration, flag, size, text, whole } from './schema-parts.ts';

/**
 * The definition of taskflow-db.config.json: validation, the TASKFLOW_* variables, the JSON Schema and the documentation
 * derive from it. Each message says what was expected.
 */
const FOLDERS_EXPECTED = 'a list of folders, at least one, such as ["database/migrations"]';
const folders = v.pipe(
  v.array(v.pipe(v.string(FOLDERS_EXPECTED), v.minLength(1, 'a folder')), FOLDERS_EXPECTED),
  v.minLength(1, FOLDERS_EXPECTED),
  v.description('Folders of migrations, relative to this file.'),
);

const verify = closed(
  {
    rerun: v.optional(
      v.pipe(
        v.picklist(['strict', 'note'], '"strict" or "note"'),
        v.description('What it means that PostgreSQL refuses the second run of a file: an error, or a note.'),
      ),
    ),
    upgradeFrom: v.optional(
      v.pipe(
        v.array(v.string(), 'a list of files'),
        v.description('Files of SQL that make older states; verify migrates each of them. Relative to this file.'),
      ),
    ),
  },
  'an object such as { "rerun": "note" }',
);

const rows = (summary: string) => v.pipe(whole(0, 'a number of rows'), v.description(summary));
const SEVERITIES = ['error', 'warning', 'note'] as const;
const RULES_EXPECTED = '"error", "warning", "note" or "off"';

/** Older ones have no facts; a larger number is a minor version's, such as 160004. */
const SERVER_MAJORS = { least: 12, most: 99 } as const;
export const SERVER_VERSION_EXPECTED = `a major version of PostgreSQL from ${SERVER_MAJORS.least} on, such as 16`;
export const serverMajor = v.pipe(
  whole(SERVER_MAJORS.least, SERVER_VERSION_EXPECTED),
  v.maxValue(SERVER_MAJORS.most, SERVER_VERSION_EXPECTED),
);

const lint = closed(
  {
    rules: v.optional(
      v.pipe(
        v.record(
          v.string(),
          v.picklist([...SEVERITIES, 'off'], RULES_EXPECTED),
          'an object such as { "ban-drop-column": "off" }',
        ),
        v.description('Severity of single rules: "error", "warning", "note" or "off".'),
      ),
    ),
    failOn: v.optional(
      v.pipe(
        v.picklist([...SEVERITIES, 'never'], '"error", "warning", "note" or "never"'),
        v.description('From which severity on lint ends with status 3.'),
      ),
    ),
    serverVersion: v.optional(
      v.pipe(
        serverMajor,
        v.description(
          'Major version of the servers that files are judged for. Default: that of the database or its statistics, else 18.',
        ),
      ),
    ),
    statistics: v.optional(
      text('File that `doctor --stats FILE` has written, relative to this file: sizes and traffic without a database.'),
    ),
    largeTableRows: v.optional(rows('From so many rows on, what stalls a table is an error.')),
    largeTableSize: v.optional(size('From that size on too, indexes included.')),
    smallTableRows: v.optional(rows('Up to so many rows, what stalls a table is a note.')),
    smallTableSize: v.optional(size('And up to that size, indexes included.')),
  },
  'an object such as { "failOn": "warning" }',
);

const renumber = closed(
  {
    since: v.optional(
      text(
        'Branch or commit of Git whose migrations keep their numbers. Default: the first that is there of origin/HEAD, origin/main, origin/master, main and master.',
      ),
    ),
    mentions: v.optional(
      v.pipe(
        v.array(v.string(), 'a list of files and folders'),
        v.description(
          'Files, and folders of .md files with all below them, where mentions of a migration are mended, relative to this file; besides the .md files in the folder of migrations and the one that holds it.',
        ),
      ),
    ),
  },
  'an object such as { "since": "origin/main" }',
);

const KEEP_EXPECTED = 'an object such as { "last": 10, "days": 30, "size": "100GB" }';
const keep = closed(
  {
    last: v.optional(
      v.pipe(whole(1, 'a number of backups, at least 1'), v.description('The newest so many are kept.')),
    ),
    days: v.optional(v.pipe(whole(1, 'a number of days'), v.description('Those not older than that are kept.'))),
    size: v.optional(size('The oldest go as soon as all of them together are larger.')),
  },
  KEEP_EXPECTED,
);

const COMMAND_EXPECTED = 'a command line in a text, or a list of the program and its arguments';
const command = (summary: string) =>
  v.pipe(
    v.union(
      [
        v.pipe(v.string(), v.minLength(1, COMMAND_EXPECTED)),
        v.pipe(v.array(v.pipe(v.string(), v.minLength(1, COMMAND_EXPECTED))), v.minLength(1, COMMAND_EXPECTED)),
      ],
      COMMAND_EXPECTED,
    ),
    v.description(summary),
  );

const COMPRESSION_EXPECTED = '"none", or "gzip", "zstd" or "lz4", with a level behind a colon where wanted: "zstd:3"';

/** Kinds of sessions that `cancelBlockers` names. */
export const BLOCKERS = ['autovacuum', 'idle'] as const;
const BLOCKERS_EXPECTED = 'a list of "autovacuum" and "idle"';

const APPROVAL_HOURS_MAX = 24 * 30;
const APPROVAL_HOURS_EXPECTED = `a number of hours from 1 to ${APPROVAL_HOURS_MAX}`;

/** Settings that an environment may set for itself. */
const overridable = {
  directories: v.optional(folders),
  production: v.optional(flag('Ask before anything that can change the database.')),
  role: v.optional(text('Role to work as: SET ROLE for every session of a run.')),
  searchPath: v.optional(
    text('search_path while migrations run, as PostgreSQL writes it. Default: that of the server.'),
  ),
  trackingSchema: v.optional(text('Schema of the tracking tables.')),
  statementTimeout: v.optional(duration('Longest time that one statement may take. 0 for no limit.')),
  lockTimeout: v.optional(duration('Longest wait for a table lock before backing off and trying again.')),
  rowLockTimeout: v.optional(duration('Longest wait for a lock in statements that change rows.')),
  lockBudget: v.optional(
    duration('Longest time to spend on trying again for the locks of one migration. 0: do not try again.'),
  ),
  dryRunHold: v.optional(
    duration('Longest time that a live dry run holds its locks before it is rolled back. 0 for no limit.'),
  ),
  wait: v.optional(duration('Longest wait for another run of the tool on the same database. 0: do not wait.')),
  approval: v.optional(
    v.pipe(
      v.picklist(['none', 'required'], '"none" or "required"'),
      v.description('Whether migrate and rollback need the approval of a second person, bound to exactly their plan.'),
    ),
  ),
  approvalBy: v.optional(
    v.pipe(
      v.picklist(['person', 'role'], '"person" or "role"'),
      v.description(
        'What tells the two people apart: "person": their names; "role": the database roles that they log in as, too.',
      ),
    ),
  ),
  approvalHours: v.optional(
    v.pipe(
      whole(1, APPROVAL_HOURS_EXPECTED),
      v.maxValue(APPROVAL_HOURS_MAX, APPROVAL_HOURS_EXPECTED),
      v.description('How many hours an approval holds.'),
    ),
  ),
  strict: v.optional(
    flag('Refuse to run where the look at the live server before a run finds something, or a manifest is not right.'),
  ),
  cancelBlockers: v.optional(
    v.pipe(
      v.array(v.picklist(BLOCKERS, BLOCKERS_EXPECTED), BLOCKERS_EXPECTED),
      v.description(
        'Which sessions that block a migration may be ended: "autovacuum", and "idle" for those idle in a transaction.',
      ),
    ),
  ),
  storeSql: v.optional(flag('Store the SQL as applied in the tracking table.')),
  scratch: v.optional(
    text('Connection string of a server where scratch databases may be made for proofs. Default: the embedded server.'),
  ),
  legacyTimeZone: v.optional(
    text('Time zone of the times without one in an older tracking table; without it they are left as they are.'),
  ),
  backup: v.optional(
    v.pipe(
      v.picklist(['auto', 'always', 'never'], '"auto", "always" or "never"'),
      v.description(
        'What is kept before a migration or a rollback: "auto": the data that it destroys; "always": that, and a full backup first; "never": nothing.',
      ),
    ),
  ),
  backupTo: v.optional(
    v.pipe(
      v.picklist(['schema', 'file'], '"schema" or "file"'),
      v.description(
        'Where data goes that a migration or a rollback destroys: "schema": the schema taskflow_backup of the database; "file": files in the folder of backups.',
      ),
    ),
  ),
  backupFolder: v.optional(text('Folder of backups, relative to this file.')),
  backupFormat: v.optional(
    v.pipe(
      v.picklist(['custom', 'directory'], '"custom" or "directory"'),
      v.description('Format of full backups by pg_dump; "directory" is written by several jobs.'),
    ),
  ),
  backupCompression: v.optional(
    v.pipe(
      v.string(COMPRESSION_EXPECTED),
      v.regex(/^(?:none|(?:gzip|zstd|lz4)(?::\d{1,2})?)$/, COMPRESSION_EXPECTED),
      v.description('Compression of backups. Default: zstd where the programs at hand know it, else gzip.'),
    ),
  ),
  backupJobs: v.optional(
    v.pipe(whole(1, 'a number of jobs'), v.description('Jobs of a full backup in directory format.')),
  ),
  backupOptions: v.optional(
    v.pipe(v.array(v.string(), 'a list of texts'), v.description('More options for pg_dump, one a text.')),
  ),
  backupPrograms: v.optional(
    text('Folder of the pg_dump and pg_restore to use, relative to this file. Default: the newest that is found.'),
  ),
  backupReserve: v.optional(size('So much of the disk stays free; a backup that would take it is refused.')),
  backupMaxSize: v.optional(
    size(
      'A backup that grows beyond that is given up, and a migration that destroys more than that is refused. 0 for no limit.',
    ),
  ),
  backupKeyFile: v.optional(
    text(
      'File of the key that backups are encrypted with (an identity or a passphrase of age), relative to this file.',
    ),
  ),
  backupKeyCommand: v.optional(command('Command that prints that key.')),
  keep: v.optional(
    v.pipe(keep, v.description('Which backups `backup prune` leaves; older ones go after each new one, too.')),
  ),
  verify: v.optional(v.pipe(verify, v.description('Settings of the command verify.'))),
  lint: v.optional(v.pipe(lint, v.description('Settings of the command lint.'))),
  renumber: v.optional(v.pipe(renumber, v.description('Settings of the command renumber.'))),
  data: v.optional(v.pipe(dataSchema, v.description('How data migrations go about a busy database.'))),
};

const PORT_EXPECTED = 'a port from 1 to 65535, or a list of ports in a text';
const port = v.pipe(
  v.union(
    [
      v.pipe(v.number(), v.integer(PORT_EXPECTED), v.minValue(1, PORT_EXPECTED), v.maxValue(65535, PORT_EXPECTED)),
      v.pipe(v.string(), v.regex(/^\d{1,5}(,\d{0,5})*$/, PORT_EXPECTED)),
    ],
    PORT_EXPECTED,
  ),
  v.description('Server port.'),
);

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
const target = {
  url: v.optional(text('Connection string: a postgresql:// URL or keywords and values.')),
  host: v.optional(text('Server host, or the folder of its unix socket.')),
  port: v.optional(port),
  database: v.optional(text('Database name.')),
  user: v.optional(text('User to connect as.')),
  passwordFile: v.optional(text('File that holds the password, relative to this file.')),
  passwordCommand: v.optional(command('Command that prints the password.')),
  sslmode: v.optional(v.pipe(v.picklist(SSL_MODES, SSL_MODES.join(', ')), v.description('The sslmode of libpq.'))),
  sslrootcert: v.optional(text('File of the certificates to trust, relative to this file, or "system".')),
  sslcert: v.optional(text('File of the client certificate, relative to this file.')),
  sslkey: v.optional(text('File of the key of the client certificate, relative to this file.')),
};

export const environmentSchema = closed(
  { ...target, ...overridable },
  'an object such as { "host": "db.example.com" }',
);

const NAME_EXPECTED = 'a name of letters, digits, "_", "." and "-"';
const environments = v.pipe(
  v.record(
    v.pipe(v.string(NAME_EXPECTED), v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, NAME_EXPECTED)),
    environmentSchema,
    'an object of environments by name',
  ),
  v.description('Databases by name, chosen with --env; each may override the settings above.'),
);

export const configSchema = closed(
  {
    $schema: v.optional(v.pipe(v.string('a text'), v.description('The JSON Schema of this file.'))),
    ...overridable,
    embedded: v.optional(flag('Use the embedded PostgreSQL when no database is named.')),
    environments: v.optional(environments),
  },
  'an object',
);

export type ConfigFile = v.InferOutput<typeof configSchema>;
export type EnvironmentConfig = v.InferOutput<typeof environmentSchema>;

/** What holds where nothing is said. A setting that is absent here is unset. */
export const DEFAULTS = {
  directories: ['database/migrations'],
  embedded: false,
  production: false,
  trackingSchema: 'public',
  statementTimeout: '0',
  lockTimeout: '250ms',
  rowLockTimeout: '10s',
  lockBudget: '10min',
  dryRunHold: '10s',
  wait: '5min',
  approval: 'none',
  approvalBy: 'person',
  approvalHours: 24,
  strict: false,
  cancelBlockers: [],
  storeSql: true,
  verify: { rerun: 'note', upgradeFrom: [] },
  lint: {
    rules: {},
    failOn: 'error',
    largeTableRows: 1_000_000,
    largeTableSize: '1GB',
    smallTableRows: 10_000,
    smallTableSize: '10MB',
  },
  renumber: { mentions: [] },
  backup: 'auto',
  backupTo: 'schema',
  backupFolder: '.taskflow/backups',
  backupFormat: 'custom',
  backupJobs: 1,
  backupOptions: [],
  backupReserve: '1GB',
  backupMaxSize: 0,
  keep: {},
  data: {
    target: '200ms',
    window: [],
    replicaLag: '5s',
    replicaLagSize: '256MB',
    ignoredReplicas: [],
    slotSize: '10GB',
    vacuum: 'slow',
    walRate: 0,
    archiveBacklog: 42,
    snapshotAge: '1h',
    snapshotTransactions: 10_000_000,
    probe: 3,
    deadRows: 0,
  },
} as const satisfies ConfigFile;
