import type { Command } from './context.ts';
import type { PositionalSpec } from './spec.ts';

const VERSION: PositionalSpec = { name: 'VERSION', completes: 'version', summary: 'version or number' };
const OPTIONAL: PositionalSpec = { ...VERSION, optional: true, summary: 'version or number (default: all of them)' };

/** Data migrations, from any machine. */
export const DATA_COMMAND: Command = {
  name: 'data',
  summary: 'watch and steer data migrations',
  description: `A data migration changes many rows in short batches, each a transaction of its own (see docs/data-migrations.md). "migrate" runs it in its order, or leaves it to "data run" where its header says "Background: yes".

Its run is kept in the database: these commands work from any machine, whoever runs the batches.`,
  flags: [],
  examples: [],
  subcommands: [
    {
      name: 'status',
      summary: 'show how far they are',
      description: `Lists each data migration that has a run: its state, how far it is, how fast, how long it takes yet, who works at it, and what holds it back. Of one, all that is known. It writes nothing.

States: queued, running, pausing (each worker finishes its batch), paused, interrupted (its workers are gone; the next goes on), cancelled, failed, succeeded.`,
      positionals: [OPTIONAL],
      flags: [],
      examples: [
        { line: 'taskflow-db data status', says: 'all of them' },
        { line: 'taskflow-db data status 012 --json', says: 'one of them, for programs' },
      ],
      load: () => import('./commands/data-status.ts'),
    },
    {
      name: 'run',
      summary: 'work at what is queued or interrupted',
      description: `Runs data migrations that are queued or were interrupted to their end, and records them. Run it on as many machines as you like: each worker claims ranges of keys, and takes over those of a worker that has died, within 15 seconds. Other migrations can be applied meanwhile; what stands on a data migration waits for it.

With --finish what is left is run now: whatever would hold it back, and one that has failed or was cancelled, too.`,
      positionals: [OPTIONAL],
      flags: [
        { name: 'workers', value: 'N', summary: 'so many at once in this process (default: 1)' },
        { name: 'window', value: 'TIME', repeatable: true, summary: 'only then, every day: 22:00-06:00' },
        { name: 'finish', summary: 'run what is left now, whatever holds it back' },
      ],
      examples: [
        { line: 'taskflow-db data run --window 22:00-06:00', says: 'at night' },
        { line: 'taskflow-db data run', says: 'all that is queued, one after the other' },
        { line: 'taskflow-db data run 012 --workers 4', says: 'four ranges at once' },
      ],
      load: () => import('./commands/data-run.ts'),
    },
    {
      name: 'pause',
      summary: 'stop behind the batch that is under way',
      description: `Asks the workers of a data migration, wherever they are, to stop behind their batch. The position is kept, and nobody goes on with it before "data resume".`,
      positionals: [VERSION],
      flags: [],
      examples: [{ line: 'taskflow-db data pause 012', says: 'until data resume' }],
      load: () => import('./commands/data-pause.ts'),
    },
    {
      name: 'resume',
      summary: 'let a paused one go on',
      description: `A paused data migration may go on behind its last batch: a worker that waits does so at once, otherwise the next "data run" or "migrate".`,
      positionals: [VERSION],
      flags: [],
      examples: [{ line: 'taskflow-db data resume 012', says: 'behind its last batch' }],
      load: () => import('./commands/data-resume.ts'),
    },
    {
      name: 'cancel',
      summary: 'end the run',
      description: `Ends the run of a data migration: when the command returns, no batch is committed any more. What was committed stays, and the position is kept: "data retry" and "migrate" go on behind it, and "rollback --version" takes back what is done.`,
      positionals: [VERSION],
      flags: [],
      examples: [{ line: 'taskflow-db data cancel 012', says: 'no batch after this' }],
      load: () => import('./commands/data-cancel.ts'),
    },
    {
      name: 'retry',
      summary: 'queue one that has failed or was cancelled',
      description: `Lets a data migration that has failed or was cancelled go on behind its last batch. With --skip-failed, rows for which it fails are passed over from now on: each is named in "data status" and in the audit trail. With --changed it goes on with the SQL that the file has now. With --from-start all rows are gone through again.`,
      positionals: [VERSION],
      flags: [
        { name: 'skip-failed', summary: 'pass over rows that fail, on record' },
        { name: 'changed', summary: 'go on with the SQL of the file as it is now' },
        { name: 'from-start', summary: 'begin with the first row again' },
      ],
      examples: [
        { line: 'taskflow-db data retry 012', says: 'behind the last batch' },
        { line: 'taskflow-db data retry 012 --skip-failed', says: 'without the rows that fail' },
      ],
      load: () => import('./commands/data-retry.ts'),
    },
    {
      name: 'target',
      summary: 'change how long a batch should take',
      description: `Says how long a batch of this run should take from now on, in place of the header "Target" and of the setting; "default" takes that back. The run need not be stopped: each worker, wherever it is, is told with the batch that it commits next, and its batches grow or shrink from there. What was said is kept with the run and on record, until the run begins anew.`,
      positionals: [VERSION, { name: 'TIME', summary: 'from 10ms to 60s, or default' }],
      flags: [],
      examples: [
        { line: 'taskflow-db data target 012 50ms', says: 'shorter batches, while the application is busy' },
        { line: 'taskflow-db data target 012 default', says: 'as the file says' },
      ],
      load: () => import('./commands/data-target.ts'),
    },
  ],
};
