import type { Command } from './context.ts';
import type { FlagSpec } from './spec.ts';

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
  load: () => import('./commands/backup.ts'),
};
