import type { Command } from './context.ts';

/** What migrate would do and meet, to be read and agreed to before it does it. */
export const PLAN_COMMAND: Command = {
  name: 'plan',
  summary: 'show what migrate would do and meet',
  description: `Shows what migrate would do now. First what decides: for which tables the application waits and how long, from the lock to the end of its transaction; who holds at this moment what will be asked for; what is destroyed; what no text tells beforehand; what speaks against running now, as migrate's own look before it starts. Then each migration: its transactions or steps, the statements that somebody notices, with the lock, the size of the table and about how long they take, what its way back loses, and what lint finds. It reads catalogs and statistics, runs no statement of a migration and writes nothing into the database. --verbose shows every statement and lock.

Locks are those of a table that was measured on every major version (docs/locks.md). Times are classes, by the size of the table: an instant, seconds, minutes, hours. What a statement does that its text does not tell, --dry-run=rehearse and --dry-run=live of migrate show.

With --out the plan is kept in a file: for a review, or as the artifact of a pipeline. migrate --plan FILE applies exactly that, or refuses and says what has moved since: a file was edited, added or taken away, something was applied or rolled back, the schema was changed, the database, the role or the search_path is another. See docs/plan.md.`,
  flags: [
    { name: 'to', value: 'VERSION', completes: 'version', summary: 'everything up to this version' },
    { name: 'version', value: 'VERSION', completes: 'version', summary: 'the same as --to' },
    { name: 'only', value: 'VERSION', completes: 'version', summary: 'this version and what it needs' },
    { name: 'allow-late', summary: 'also files numbered below an applied one' },
    { name: 'single-transaction', summary: 'all of them in one transaction' },
    { name: 'out', value: 'FILE', completes: 'file', summary: 'keep the plan there, for migrate --plan FILE' },
  ],
  examples: [
    { line: 'taskflow-db plan', says: 'what would happen now' },
    { line: 'taskflow-db plan --out plan.json', says: 'for a review' },
    { line: 'taskflow-db migrate --plan plan.json', says: 'exactly that, or nothing' },
  ],
  load: () => import('./commands/plan.ts'),
};
