import type { Command } from './context.ts';
import { SCRATCH_FLAG } from './scratch-flag.ts';
import type { FlagSpec } from './spec.ts';

/** Of the commands that write a file made of the migrations. */
const check: FlagSpec = { name: 'check', summary: 'write nothing; exit with status 3 where it is stale' };
const out: FlagSpec = { name: 'out', value: 'FILE', completes: 'file', summary: 'write it there' };

/** The commands that write a file made of the migrations. */
export const SCHEMA_COMMAND: Command = {
  name: 'schema',
  rare: true,
  summary: 'write the files that are made of the migrations',
  description: `Writes what is made of the migrations: the file for new installations, what has come after it, and the audit report. Each lies in the folder that holds the folder of migrations, unless --out names another place. A file that is as it should be is not touched.`,
  flags: [],
  examples: [],
  subcommands: [
    {
      name: 'dump',
      summary: 'write postgresql/init-complete.sql',
      description: `Writes the file for new installations: it makes of an empty database what all of the migrations make, with their rows and their records, so that migrate then finds nothing to do. psql loads it, as the owner of the database.

The migrations are replayed on a scratch database, whose catalog is written out. What requires an extension is taken from its file, runs only where the extension can be had, and is recorded accordingly.

The same migrations give the same text wherever it is written, as long as the scratch server has the same major version. With --check nothing is written, and the exit status is 3 where the file is stale. Exit status 1 where something of the schema could not be written: it is named. What init-complete-patch.sql held is part of it then, so that file is written empty.`,
      flags: [check, out, SCRATCH_FLAG],
      examples: [
        { line: 'taskflow-db schema dump', says: 'database/postgresql/init-complete.sql' },
        { line: 'taskflow-db schema dump --check', says: 'for CI: exit status 3 where it is stale' },
      ],
      load: () => import('./commands/schema-dump.ts'),
    },
    {
      name: 'patch',
      summary: 'write postgresql/init-complete-patch.sql',
      description: `Writes what has come after init-complete.sql: for installations that were loaded from it, the migrations that it does not record, each in one transaction with its record. psql loads it, as the owner of the database, behind init-complete.sql or at any time later: what is applied already is passed over.

What requires an extension that is not there is recorded as skipped. From the first migration on that cannot run in one transaction, all are left to migrate, and named. schema dump folds the file in.

Exit status 1 where init-complete.sql records a migration that was edited since: only schema dump can put that right. With --check nothing is written, and the exit status is 3 where the file is stale.`,
      flags: [check, out, SCRATCH_FLAG],
      examples: [
        { line: 'taskflow-db schema patch', says: 'database/postgresql/init-complete-patch.sql' },
        { line: 'taskflow-db schema patch --check', says: 'for CI: exit status 3 where it is stale' },
      ],
      load: () => import('./commands/schema-patch.ts'),
    },
    {
      name: 'report',
      summary: 'write migration-audit-report.md',
      description: `Proves the migrations as verify does, on scratch databases, and writes what was found: a table of the migrations, and one for each check. No other database is asked, and no time or name of a machine is in it: the same files give the same report.

Exit status 0 also where a check failed: that is what the report tells, and what verify is for. With --check nothing is written, and the exit status is 3 where the report is stale.`,
      flags: [
        check,
        out,
        { name: 'jobs', value: 'N', summary: 'databases at once (default: processors, at most 4)' },
        SCRATCH_FLAG,
      ],
      examples: [
        { line: 'taskflow-db schema report', says: 'database/migration-audit-report.md' },
        { line: 'taskflow-db schema report --check', says: 'for CI: exit status 3 where it is stale' },
      ],
      load: () => import('./commands/schema-report.ts'),
    },
  ],
};
