import type { Command } from './context.ts';
import { SCRATCH_FLAG } from './scratch-flag.ts';
import type { FlagSpec, PositionalSpec } from './spec.ts';

/** What is kept before a run, in place of the setting. */
export const BACKUP_FLAG: FlagSpec = {
  name: 'backup',
  value: 'WHEN',
  optionalValue: true,
  choices: ['auto', 'always', 'never'],
  default: 'always',
  summary: 'take a full backup first (--backup=always); or auto, never',
  rare: true,
};

/** Where that goes which a run destroys, in place of the setting. */
export const BACKUP_TO_FLAG: FlagSpec = {
  name: 'backup-to',
  value: 'WHERE',
  choices: ['schema', 'file'],
  summary: 'keep what it destroys in the database (schema) or in a file',
  rare: true,
};

const BACKUP: PositionalSpec = {
  name: 'BACKUP',
  optional: true,
  summary: 'its name or the beginning of it, its folder, or latest (default)',
};

const FOLDER_ONLY: FlagSpec = { name: 'folder-only', summary: 'backups alone: no database is asked' };

/** Taking backups, and what becomes of them. */
export const BACKUP_COMMAND: Command = {
  name: 'backup',
  summary: 'back up the whole database',
  description: `Takes a full backup of the database into the folder of backups, a folder of its own with a manifest: what it is of, how it was made, and a digest of every file. It is that of one moment, whoever writes meanwhile.

It is taken by the newest pg_dump that is at least as new as the server: of the PATH, of the folders where packages put it, or of the folder in "backupPrograms". Options for it stand behind --, or in "backupOptions". Where there is none, the tool copies schema and rows itself, by COPY in one snapshot; that is said on the screen and in the manifest, with what is not in such a backup.

A role that may not read everything is refused before, with the tables named. What does not fit on the disk ("backupReserve") or is larger than it may be ("backupMaxSize") is refused before, too, or given up while it grows: then nothing of it stays. See docs/backups.md.`,
  passthrough: true,
  flags: [
    { name: 'format', value: 'FORMAT', choices: ['custom', 'directory'], summary: 'of pg_dump (default: custom)' },
    { name: 'jobs', value: 'N', summary: 'so many tables at once: directory format, or COPY' },
    { name: 'compression', value: 'HOW', summary: 'none, gzip, zstd or lz4, with a level: zstd:3' },
    { name: 'method', value: 'HOW', choices: ['pg_dump', 'copy'], summary: 'by this, or not at all' },
    { name: 'no-count', summary: 'do not count rows for the manifest' },
  ],
  examples: [
    { line: 'taskflow-db backup', says: 'the whole database' },
    { line: 'taskflow-db backup --format directory --jobs 4', says: 'four tables at once' },
    { line: 'taskflow-db backup -- --exclude-table-data=logs', says: 'with an option for pg_dump' },
  ],
  subcommands: [
    {
      name: 'list',
      summary: 'show which backups there are',
      description: `Lists the backups in the folder of backups ("backupFolder"), the newest first: of all databases, or with --database of one. For each: when it was begun, what it holds, its size, how it was taken, whether it is encrypted, and what the last proof showed ("backup verify"). What is being written, was left so, or is damaged is listed, too, and marked. Only manifests are read: digests are for "backup verify".

Below it is what migrations have kept in the database of the connection, in the schema taskflow_backup: how large each table is, of what, by which run, how old, and whether a rollback would put it back ("needed"), has left it, or has made it ("lost by rollback"). Where the database cannot be reached, that part is missing, with a warning.`,
      flags: [FOLDER_ONLY],
      examples: [
        { line: 'taskflow-db backup list', says: 'all of them' },
        { line: 'taskflow-db backup list --json', says: 'for programs' },
      ],
      load: () => import('./commands/backup-list.ts'),
    },
    {
      name: 'verify',
      summary: 'prove that a backup can be restored',
      description: `Reads every file of the backup and compares it with its digest. Then restores it into a scratch database, which is dropped afterwards, and compares the schema and the number of rows of each table with what the manifest says. The result is kept beside the manifest, and shown by "backup list".

The scratch database is made on the embedded server, or with --scratch on a server where databases may be made. The schema can be compared only on the major version that the backup is of; an older server cannot load it at all.

Exit status 3 where the restored database differs, 1 where the backup is damaged or cannot be loaded.`,
      positionals: [BACKUP],
      flags: [
        { name: 'digests-only', summary: 'read its files, restore nothing' },
        { name: 'jobs', value: 'N', summary: 'so many tables at once' },
        SCRATCH_FLAG,
      ],
      examples: [
        { line: 'taskflow-db backup verify', says: 'the newest full backup' },
        {
          line: 'taskflow-db backup verify --scratch postgresql://postgres@localhost/postgres',
          says: 'on a server of the version that production has',
        },
        { line: 'taskflow-db backup verify --digests-only', says: 'without a server' },
      ],
      load: () => import('./commands/backup-verify.ts'),
    },
    {
      name: 'prune',
      summary: 'remove backups that are kept no longer',
      description: `Removes the backups that the setting "keep" does not keep, or what the flags say instead: those behind the newest N, those that are older, and the oldest as long as all together are too large. Every database by itself, and scoped backups are counted apart from full ones.

The newest full backup of a database always stays, whatever the rules say, and so does the newest that "backup verify" has proven; what is being written, damaged or not from this tool is left alone. Tables of kept data in the database of the connection (schema taskflow_backup) go by the same rules; what a rollback would put back stays, unless --kept-data says otherwise. That they went is on record in the audit trail.

With names only these go: of backups, or of tables as "backup list" shows them. It shows what goes and asks before.`,
      positionals: [
        { name: 'NAME', optional: true, repeatable: true, summary: 'remove these, whatever the rules say' },
      ],
      flags: [
        { name: 'keep-last', value: 'N', summary: 'keep the newest N' },
        { name: 'keep-days', value: 'N', summary: 'keep those of the last N days' },
        { name: 'keep-size', value: 'SIZE', summary: 'keep at most so much, such as 20GB' },
        { name: 'kept-data', summary: 'also data that a rollback would put back' },
        FOLDER_ONLY,
        { name: 'dry-run', summary: 'show what would go, remove nothing' },
      ],
      examples: [
        { line: 'taskflow-db backup prune --dry-run', says: 'by the setting "keep"' },
        { line: 'taskflow-db backup prune --keep-last 7 --yes', says: 'without being asked' },
        { line: 'taskflow-db backup prune 017_drop_notes.1 --kept-data', says: 'what that migration took, for good' },
      ],
      load: () => import('./commands/backup-prune.ts'),
    },
  ],
  load: () => import('./commands/backup.ts'),
};

/** Getting data back. */
export const RESTORE_COMMAND: Command = {
  name: 'restore',
  summary: 'load a backup into a database',
  description: `Loads a full backup into a new database beside the one that it is of, or with --into into one of another name. The server is the one of the connection, and may be another than that of the backup. Every file is compared with its digest first: a damaged, cut or foreign backup, or a wrong key, is refused before anything is touched.

It is loaded into a database of its own, whose rows are counted and compared with the manifest, and which gets its name only then. When that fails or is stopped, it is dropped; what a killed run has left is dropped by the next one, which says so. The lease and marks of a run that was under way in the backup are void in the copy, and its audit trail says that it was restored.

With --into and the name of a database that is there, that one is replaced: both are renamed in one transaction, and the old one is kept as NAME_before_restore_TIME. Its name must be typed, or given with --yes --i-know NAME. Whoever is connected to it is named, and the command refused, unless --disconnect says that their sessions end in that moment.

With --tables only these tables are loaded, into the database of the connection or of --into, in the order in which they are named: those that are missing are made, with their indexes and constraints, and with the schemas, types, functions and sequences that they stand on; those that are there must be empty. A partitioned table comes with all its partitions. All of it is one transaction. Nothing else of the database is touched, and triggers of the tables run.`,
  positionals: [BACKUP],
  flags: [
    { name: 'into', value: 'NAME', summary: 'the database to make or replace (default: a new one)' },
    { name: 'tables', value: 'LIST', summary: 'only these tables: a,schema.b' },
    { name: 'i-know', value: 'NAME', summary: 'with --yes: replace the database NAME' },
    { name: 'disconnect', summary: 'end the sessions of the database that is replaced' },
    { name: 'no-owner', summary: 'without the owners and privileges of the source' },
    { name: 'jobs', value: 'N', summary: 'so many tables at once' },
  ],
  examples: [
    { line: 'taskflow-db restore', says: 'the newest full backup, into a new database' },
    { line: 'taskflow-db restore 20261123T1122 --into orders_copy', says: 'that backup, by the beginning of its name' },
    { line: 'taskflow-db restore --into orders --disconnect', says: 'in the place of orders, which is kept' },
    { line: 'taskflow-db restore --tables public.users --into orders_copy', says: 'one table' },
  ],
  load: () => import('./commands/restore.ts'),
};
