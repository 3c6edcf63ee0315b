import type { Command } from './context.ts';
import { ABOUT_COMMANDS } from './registry-about.ts';
import { APPROVAL_COMMAND, BY_FLAG } from './registry-approval.ts';
import { BACKUP_COMMAND, BACKUP_FLAG, BACKUP_TO_FLAG, RESTORE_COMMAND } from './registry-backup.ts';
import { DATA_COMMAND } from './registry-data.ts';
import { DB_COMMAND } from './registry-db.ts';
import { GRAPH_COMMAND, RENUMBER_COMMAND, SQUASH_COMMAND } from './registry-graph.ts';
import { LINT_COMMAND } from './registry-lint.ts';
import { PLAN_COMMAND } from './registry-plan.ts';
import { SCHEMA_COMMAND } from './registry-schema.ts';
import { SERVE_COMMAND } from './registry-serve.ts';
import { SCRATCH_FLAG } from './scratch-flag.ts';
import type { FlagSpec } from './spec.ts';

/** Ways to see what would happen, and what the live one needs. */
function dryRuns(choices: readonly string[], summary: string): readonly FlagSpec[] {
  return [
    { name: 'dry-run', value: 'HOW', optionalValue: true, choices, default: 'print', summary },
    { name: 'hold', value: 'TIME', summary: 'live: hold locks at most so long (default: 10s)', rare: true },
    { name: 'yes-on-production', summary: 'live: also on a database marked production', rare: true },
  ];
}

const reason: FlagSpec = { name: 'reason', value: 'TEXT', summary: 'why; kept in the audit trail' };

/** How a run behaves towards others on the same database: of every command that applies or undoes migrations. */
const AMONG_OTHERS: readonly FlagSpec[] = [
  {
    name: 'lock-timeout',
    value: 'TIME',
    summary: 'longest wait for a table lock, such as 250ms',
  },
  { name: 'lock-budget', value: 'TIME', summary: 'keep trying for locks so long (default: 10min)' },
  { name: 'wait', value: 'TIME', summary: 'longest wait for another run (default: 5min)' },
  { name: 'strict', summary: 'refuse to run on a warning about the live server' },
  { name: 'require-approval', summary: 'run only what another person has approved', rare: true },
  BY_FLAG,
  {
    name: 'cancel-blockers',
    value: 'LIST',
    summary: 'end what blocks: autovacuum, idle, or both',
  },
];

/** Every command, in the order of the help. Parsing, help, completions and docs/commands.md derive from this list. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'init',
    summary: 'create or upgrade the tracking tables',
    description: `Creates the tables that record which migrations were applied (schema_migrations and schema_migration_events), or brings older ones to the newest layout. No row is lost, and running it again changes nothing.

On a database that has tables but no history it first looks at what is there and adopts it: versions whose objects exist are recorded as a baseline.`,
    flags: [],
    examples: [
      { line: 'taskflow-db init', says: 'prepare the database' },
      { line: 'taskflow-db init --database taskflow_db', says: 'adopt an installation that was made by hand' },
    ],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'migrate',
    summary: 'apply what is pending, in order',
    description: `Applies every pending migration: what others depend on first, then by number. Each migration and its record are one transaction: it is applied and recorded, or neither. Statements that cannot run in a transaction are run and recorded one at a time.

It stops at the first failure, says where and why, and keeps what was applied before. Run it again when the cause is mended.

On a busy database a table lock is waited for only a moment, so that the application does not queue up behind the migration; then the transaction is rolled back and tried again when the way is free, and whoever is in the way is named. With --jobs N, migrations that follow each other and only build indexes with CREATE INDEX CONCURRENTLY, each on tables of its own, are built at the same time; they are recorded in their order.

With --cancel-blockers=autovacuum,idle it cancels an ordinary autovacuum that is in the way, and ends a session that has been idle in a transaction, and in the way, for 5 seconds; each is told and put on record.

With --dry-run it shows the SQL that would run. With --dry-run=rehearse it applies it to an empty copy of this database's schema on a scratch server. With --dry-run=live it runs it on this database, in one transaction that is always rolled back, and shows for each statement which locks it took, what it rewrote and read, how long it took, and then what such a try cannot show. The locks are real and held to the end: at most for --hold. It is refused on a database marked production without --yes-on-production. See docs/dry-run.md.

With --backup it takes a full backup of the database first, as "backup" does, and runs nothing where that fails.

A migration whose header says "-- Contracts: VERSION" drops what that data migration has made needless. It is held back, and the rest is applied, until the data migration has succeeded, its VERIFY holds, and nothing is seen to use what is dropped; with --force-contract REASON it is run although something does. See docs/expand-contract.md.

Before the first statement it looks at the live server (dumps, long transactions, replication, invalid indexes) and warns; with --strict it then refuses.

With --plan it applies exactly what "plan --out FILE" has written, or refuses and says what has moved since.

With --require-approval, or "approval": "required" in the configuration, it applies exactly what another person has approved, or refuses and names the plan's hash (see: approval).`,
    flags: [
      { name: 'to', value: 'VERSION', completes: 'version', summary: 'apply everything up to this version' },
      { name: 'version', value: 'VERSION', completes: 'version', summary: 'the same as --to', rare: true },
      { name: 'only', value: 'VERSION', completes: 'version', summary: 'apply this version and what it needs' },
      ...dryRuns(['print', 'rehearse', 'live'], 'print, rehearse on a copy, or live: here, undone'),
      { name: 'plan', value: 'FILE', completes: 'file', summary: 'apply exactly this plan, or refuse' },
      { name: 'allow-late', summary: 'also apply files numbered below an applied one' },
      { name: 'force-contract', value: 'REASON', summary: 'drop what is still in use, on record', rare: true },
      { name: 'single-transaction', summary: 'apply all of them in one transaction, or none' },
      { name: 'jobs', value: 'N', summary: 'build so many indexes CONCURRENTLY at once', rare: true },
      BACKUP_FLAG,
      BACKUP_TO_FLAG,
      { name: 'check-drift', summary: 'refuse where the database was changed by hand' },
      SCRATCH_FLAG,
      ...AMONG_OTHERS,
    ],
    examples: [
      { line: 'taskflow-db migrate', says: 'apply everything that is pending' },
      { line: 'taskflow-db migrate --dry-run', says: 'show the SQL that would run' },
      {
        line: 'taskflow-db migrate --dry-run=rehearse',
        says: 'on an empty copy of the schema, with the sizes from here',
      },
      { line: 'taskflow-db migrate --dry-run=live', says: 'try it here and roll it back: locks, rewrites, times' },
      { line: 'taskflow-db migrate --to 012', says: 'up to and with 012' },
      {
        line: 'taskflow-db migrate --env production --yes',
        says: 'on the environment "production", without being asked',
      },
    ],
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'status',
    summary: 'show every migration and its state',
    description: `Lists the migrations of the folders and of the database with their states: applied, pending, failed, running, interrupted, modified, missing, skipped, rolled_back, baseline. Where a folder has a manifest (see renumber), what does not agree with it is named. It writes nothing.`,
    flags: [{ name: 'check', summary: 'exit with status 3 when anything is pending or wrong' }],
    examples: [
      { line: 'taskflow-db status', says: 'what is applied and what is pending' },
      {
        line: 'taskflow-db status --check --quiet',
        says: 'for a deployment script: exit status 3 if something is to do',
      },
      { line: 'taskflow-db status --json', says: 'the same for programs' },
    ],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'rollback',
    summary: 'undo the migration applied last, or several',
    description: `Runs the ROLLBACK section of the migration that was applied last, which is not always the one with the highest number. With --to it goes on until the given version is the last one applied. It never passes a baseline.

With --version it undoes that one alone, wherever it stands: refused, with the object and the line, while something applied later stands on it, by its Depends header or by what its SQL does. With --cascade that is undone, too, the last applied first. Of a data migration that failed, was cancelled, paused or interrupted it takes back what is done.

With --backup it takes a full backup of the database first, as "backup" does, and runs nothing where that fails.`,
    flags: [
      {
        name: 'to',
        value: 'VERSION',
        completes: 'version',
        summary: 'undo everything after this version, which stays',
      },
      { name: 'version', value: 'VERSION', completes: 'version', summary: 'undo this version alone' },
      { name: 'cascade', summary: 'with --version: undo what stands on it, too' },
      { name: 'steps', value: 'N', summary: 'undo the last N' },
      { name: 'no-data', summary: 'leave out what was kept of the data' },
      BACKUP_FLAG,
      BACKUP_TO_FLAG,
      ...dryRuns(['print', 'live'], 'print: show the SQL; live: try it, roll it back'),
      ...AMONG_OTHERS,
    ],
    examples: [
      { line: 'taskflow-db rollback', says: 'undo the last one' },
      { line: 'taskflow-db rollback --steps 3 --dry-run', says: 'show what undoing the last three would run' },
      { line: 'taskflow-db rollback --to 007', says: 'go back to 007' },
    ],
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'create',
    summary: 'make the next migration file',
    description: `Writes the next numbered file from the template, with its header and an empty ROLLBACK section, into the last of the folders given, and prints its path. An existing file is never overwritten. Where the folder has a manifest (see renumber), the file is recorded in it.

With --expand-contract it writes three files, with their ways back, that rename a column or change its type while old and new versions of the application go on: a second column that triggers keep equal to the first, its rows filled in batches, and the end of the first, which migrate holds back until nothing uses it any more. The column is read from the database: with its indexes, constraints, references, triggers and policies; what cannot be carried over is named, and nothing is written. See docs/expand-contract.md.`,
    positionals: [{ name: 'NAME', repeatable: true, summary: 'what the migration does, such as add_user_email' }],
    flags: [
      { name: 'expand-contract', summary: 'NAME is: rename TABLE.COLUMN NAME, or change-type TABLE.COLUMN TYPE' },
      { name: 'description', value: 'TEXT', summary: 'the first comment line (default: the name in words)' },
      { name: 'author', value: 'TEXT', summary: 'the Author header (default: the user name of git)' },
      { name: 'data', summary: 'a data migration, whose rows are changed in batches' },
      { name: 'code', summary: 'with --data: by code, for what SQL cannot say' },
    ],
    examples: [
      { line: 'taskflow-db create add_user_email', says: 'database/migrations/NNN_add_user_email.sql' },
      { line: 'taskflow-db create add_tags --description "Tags for tasks"', says: 'with a description' },
      { line: 'taskflow-db create --expand-contract rename requests.status state', says: 'three files' },
      { line: 'taskflow-db create --expand-contract change-type requests.id bigint', says: 'three files' },
      { line: 'taskflow-db create fill_priority --data', says: 'for a change of many rows' },
    ],
    load: () => import('./commands/create.ts'),
  },
  RENUMBER_COMMAND,
  PLAN_COMMAND,
  APPROVAL_COMMAND,
  LINT_COMMAND,
  GRAPH_COMMAND,
  {
    name: 'diff',
    summary: 'compare two schemas, object by object',
    description: `Shows what it takes to make the second schema of the first: every object that was added, removed or changed, and which of its properties. Each side is a database, named as --database takes it; a folder of migrations; a file of SQL; or a file that --save has written. A path has a slash in it, or ends in .sql or .json: the folder "migrations" is written ./migrations. With one side, the second is the database that every command works on.

Without a side it shows drift: that database against what its own applied migrations make of an empty one. They are replayed from the SQL that was stored when they were applied; where none was stored, the version is named as not checked.

Folders, files of SQL and stored migrations are run on scratch databases, which are made on the embedded server, or with --scratch on a server where databases may be made, and dropped afterwards. What belongs to an extension that the scratch server does not offer is left out on both sides, and named.

The schema is read in one transaction; nothing of yours is changed. Data, the tracking tables and what came with an extension are left out; owners and privileges are compared when asked for. Secrets, such as passwords of foreign servers, are neither shown nor saved, but a changed one is noticed. Columns in another order are a note, no difference.

Both sides must have the same major version of PostgreSQL. Exit status 3 where they differ, and 1 where they do not but something could not be read or replayed: it is named.

With --sql it prints a script instead, a plain migration file that makes the second schema of the first: each statement stands behind what it needs, and as little as possible stops the application. What data a statement takes away, and what it locks, is said above it. Kinds of objects that no script can make are named, on stderr and in the head of the file, and the exit status is 1.

Drift can be accepted in two ways. With --to-migration NAME it becomes the next numbered migration, with its way back: tried on a scratch database, written where create writes, and recorded as applied here, where its changes are already; every other database gets it by migrate. Nothing is written if it is not all of the drift, or while other migrations are to be applied. With --accept --reason TEXT it may stay: each difference is put on record, and is no drift any more until the object changes once more, here or by a migration. --revoke --reason TEXT takes back all that was accepted so.`,
    positionals: [
      { name: 'A', optional: true, completes: 'file', summary: 'database, folder, file of SQL or snapshot: before' },
      { name: 'B', optional: true, completes: 'file', summary: 'database, folder, file of SQL or snapshot: after' },
    ],
    flags: [
      { name: 'save', value: 'FILE', completes: 'file', summary: 'compare nothing: save the schema as a snapshot' },
      { name: 'sql', summary: 'print the SQL that makes the second schema of the first' },
      { name: 'owners', summary: 'compare owners, too' },
      { name: 'privileges', summary: 'compare grants and default privileges, too' },
      { name: 'to-migration', value: 'NAME', summary: 'make the drift the next migration, applied here' },
      { name: 'accept', summary: 'let the drift stay, on record (with --reason)' },
      { name: 'revoke', summary: 'take back what was accepted on record', rare: true },
      reason,
      SCRATCH_FLAG,
    ],
    examples: [
      { line: 'taskflow-db diff', says: 'has anybody changed the database past its migrations?' },
      { line: 'taskflow-db diff --to-migration index_for_reports', says: 'make what was changed a migration' },
      { line: 'taskflow-db diff --save before.json', says: 'keep the schema as it is now' },
      { line: 'taskflow-db diff before.json', says: 'what has changed since' },
      { line: 'taskflow-db diff staging production --owners --privileges', says: 'two databases of one server' },
      {
        line: 'taskflow-db diff database/migrations/ database/postgresql/init-complete.sql',
        says: 'do both make the same schema?',
      },
      { line: 'taskflow-db diff production staging --sql', says: 'the way from one to the other' },
    ],
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'verify',
    summary: 'prove the migrations on scratch databases',
    description: `Proves on scratch databases, not on yours: that the files are those that were applied (checksums); that they can be applied to an empty database (replay); that init-complete.sql and its patch make the same schema, rows and records (init-complete); that the older states which the setting verify.upgradeFrom names become what the migrations make (upgrade); that each rollback leaves what was there before, and that the migration can be applied again behind it (rollback); that each file may run twice and the second run changes nothing (rerun); that a data migration comes to the same rows when it is killed inside any of its batches or behind it (killed); and that its VERIFY queries hold, and would not without it (verify).

A second run that PostgreSQL refuses and that changes nothing is a note, or a failure with "verify": { "rerun": "strict" } in the configuration. Columns that come back at another position are a note. What cannot be checked is named and counted.

Each failure shows the object and the property that differ, and the line of SQL to change. The scratch databases are made on the embedded server, or with --scratch on a server where databases may be made, and are dropped afterwards. Where a database is named, its checksums, version and extensions are compared, too; it is only read.

Exit status 3 where a check fails.`,
    flags: [
      { name: 'since', value: 'VERSION', completes: 'version', summary: 'try only what comes after this version' },
      { name: 'only', value: 'VERSION', completes: 'version', summary: 'try this version alone' },
      { name: 'jobs', value: 'N', summary: 'databases at once (default: processors, at most 4)' },
      SCRATCH_FLAG,
    ],
    examples: [
      { line: 'taskflow-db verify', says: 'all checks, on the embedded server' },
      { line: 'taskflow-db verify --since 040', says: 'what this branch adds' },
      {
        line: 'taskflow-db verify --scratch postgresql://postgres@localhost/postgres',
        says: 'on a server of the version that production has',
      },
    ],
    load: () => import('./commands/verify.ts'),
  },
  SCHEMA_COMMAND,
  SQUASH_COMMAND,
  DATA_COMMAND,
  BACKUP_COMMAND,
  RESTORE_COMMAND,
  {
    name: 'history',
    summary: 'show the audit trail',
    description: `Lists what was tried and decided on this database, the newest last: who, when, what, and how it ended. Failed attempts are there too.

With --verify it computes the hash of every entry anew and names the first that was changed, removed, inserted or moved; exit status 3 if there is one. It prints the head of the chain. A head that is kept outside the database, in a file (--anchor) or a log (--expect), shows whether the end was cut off or the whole chain written anew.`,
    flags: [
      { name: 'version', value: 'VERSION', completes: 'version', summary: 'only what concerns this version' },
      { name: 'limit', value: 'N', summary: 'only the last N entries' },
      { name: 'verify', summary: 'check the chain of hashes and what guards it' },
      {
        name: 'anchor',
        value: 'FILE',
        completes: 'file',
        summary: 'compare with the heads kept in this file, and add the new one',
      },
      { name: 'expect', value: 'SEQ:HASH', summary: 'compare with a head that was printed before' },
    ],
    examples: [
      { line: 'taskflow-db history --verify --anchor audit-anchors.txt', says: 'whole, and nothing cut off?' },
      { line: 'taskflow-db history --limit 20', says: 'the last 20 entries' },
      { line: 'taskflow-db history --version 012', says: 'everything about 012' },
    ],
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'repair',
    rare: true,
    summary: 'correct the record, with a reason',
    description: `Changes what is recorded about a version, never the tables of the application: accepts a file that was edited after it was applied, marks a version as applied or not applied, or says what became of a step that was interrupted where the catalog cannot tell. The reason is kept in the audit trail.`,
    flags: [
      {
        name: 'accept',
        value: 'VERSION',
        completes: 'version',
        summary: 'take the file as it is now for what was applied',
      },
      { name: 'mark-applied', value: 'VERSION', completes: 'version', summary: 'record the version as applied' },
      {
        name: 'mark-not-applied',
        value: 'VERSION',
        completes: 'version',
        summary: 'record the version as not applied',
      },
      {
        name: 'step-done',
        value: 'VERSION',
        completes: 'version',
        summary: 'record that its interrupted step was done',
      },
      {
        name: 'step-not-done',
        value: 'VERSION',
        completes: 'version',
        summary: 'record that its interrupted step is to be run again',
      },
      { ...reason, summary: 'why; kept in the audit trail (always needed)' },
    ],
    examples: [
      { line: 'taskflow-db repair --accept 004 --reason "comment corrected"', says: 'an edited file, on record' },
      {
        line: 'taskflow-db repair --mark-applied 009 --reason "run by hand, ticket 81"',
        says: 'done outside the tool',
      },
      {
        line: 'taskflow-db repair --step-done 012 --reason "all batches are there"',
        says: 'then migrate goes on behind that step',
      },
    ],
    load: () => import('./commands/repair.ts'),
  },
  {
    name: 'baseline',
    summary: 'record versions as already there',
    rare: true,
    description: `For a database that already has the objects of the first migrations: checks that they are there, then records every version up to the given one as baseline, without running it. Rollback never passes a baseline.`,
    flags: [
      {
        name: 'to',
        value: 'VERSION',
        completes: 'version',
        summary: 'the last version that is already there (always needed)',
      },
      reason,
    ],
    examples: [{ line: 'taskflow-db baseline --to 010', says: '001 to 010 are there already' }],
    load: () => import('./commands/baseline.ts'),
  },
  {
    name: 'doctor',
    summary: 'find out what is wrong and what to do',
    description: `Looks at the configuration, the connection, the server, the permissions and the tracking tables, and says for each what was found and what to do about it. It changes nothing.

With --stats it also writes what the server tells of the database to a file, for "lint" where no database can be reached: the schema, estimated sizes, how often tables and indexes are used, and which statements pg_stat_statements has seen. No rows, values or passwords are in it, and no table is locked for it.`,
    flags: [
      { name: 'stats', value: 'FILE', completes: 'file', summary: 'write sizes, traffic and schema there, for "lint"' },
    ],
    examples: [
      { line: 'taskflow-db doctor --env production', says: 'before the first deployment' },
      {
        line: 'taskflow-db doctor --env production --stats statistics.json',
        says: 'so that CI can judge by real sizes',
      },
    ],
    load: () => import('./commands/doctor.ts'),
  },
  DB_COMMAND,
  SERVE_COMMAND,
  ...ABOUT_COMMANDS,
];
