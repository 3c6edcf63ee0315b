import type { Command } from './context.ts';
import { SCRATCH_FLAG } from './scratch-flag.ts';

/** What migrations would do to those who use the database, told before they do it. */
export const LINT_COMMAND: Command = {
  name: 'lint',
  summary: 'find what would stall or break the application',
  description: `Judges migrations before they run: for each statement the lock it takes and what that blocks, whether it rewrites or reads the table, what breaks programs that still run, what a rollback loses; and the safe SQL to use instead, in the names of the file. Nothing is run.

Named files are judged, or else what is not applied yet; where there is nobody to ask for that, every file. How bad a finding is depends on the table: nobody uses one that the same file makes, or another that is not applied; a large or busy one is worse. Schema, sizes and traffic come from a statistics file (--stats, or the setting lint.statistics; doctor --stats writes it), else from the database if one is named and can be asked. It works without either, and its first line on stderr says what it knew.

--fix writes the safe SQL into the files, where it leads to the same schema: in the place of the statement, and what needs a transaction of its own into new files behind the others, with their rollbacks. Files that are applied are never touched; where no database and no statistics file tells which are, name the files to change.

--rehearse applies the files to an empty scratch database, behind those that come before them, and looks at the locks that are taken: SQL that a DO block puts together, and functions that are called, are judged by what they did there.

A finding is accepted on record by a line in the header of the file: -- Allow: RULE reason. Settings change the severity of rules, also for one environment. Exit status 3 where something at or above --fail-on is left.

The formats for programs: json, github (annotations of GitHub Actions), gitlab (Code Quality), sarif (2.1.0), junit. With --out the document goes to a file, and the text is shown all the same. See docs/lint.md.`,
  positionals: [{ name: 'FILES', optional: true, repeatable: true, completes: 'file', summary: 'migrations to judge' }],
  flags: [
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'json', 'github', 'gitlab', 'sarif', 'junit'],
      summary: 'text, json, github, gitlab, sarif or junit',
    },
    { name: 'out', value: 'FILE', completes: 'file', summary: 'write the document there, show the text' },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: ['error', 'warning', 'note', 'never'],
      summary: 'status 3 from it on: error, warning, note, never',
    },
    { name: 'stats', value: 'FILE', completes: 'file', summary: 'sizes and traffic from there, no database' },
    { name: 'server-version', value: 'N', summary: 'judge for this major version of PostgreSQL' },
    { name: 'rule', value: 'RULE', repeatable: true, summary: 'only this rule (repeatable)' },
    { name: 'rehearse', summary: 'run them on a scratch database: what no text tells' },
    SCRATCH_FLAG,
    { name: 'fix', summary: 'write what fixes may be written, and new files' },
    { name: 'explain', value: 'RULE', summary: 'show the page of a rule; all: list them' },
  ],
  examples: [
    { line: 'taskflow-db lint', says: 'what is not applied yet' },
    { line: 'taskflow-db lint database/migrations/042_orders.sql', says: 'one file' },
    { line: 'taskflow-db lint --stats prod.json --fail-on warning', says: 'for CI, with the sizes of production' },
    { line: 'taskflow-db lint --format sarif --out lint.sarif', says: 'for code scanning, and the text' },
    { line: 'taskflow-db lint --fix', says: 'write the safe SQL into files that are not applied' },
    { line: 'taskflow-db lint --explain changing-column-type', says: 'why, and what to do instead' },
  ],
  load: () => import('./commands/lint.ts'),
};
