import type { Command } from './context.ts';
import { SCRATCH_FLAG } from './scratch-flag.ts';

/** Which migration stands where, and in what order: for work on branches. */
export const RENUMBER_COMMAND: Command = {
  name: 'renumber',
  summary: 'move files to free numbers, mend references',
  rare: true,
  description: `Gives new numbers, behind all others, to migrations that migrate would refuse: those that came too late (a lower number than something applied) and twins of a number. What depends on them moves along, and their order among themselves stays. Every Depends: header that names one is mended, and the manifests, init-complete-patch.sql, and mentions in documents, too. It is done as a whole or not at all; with --dry-run every file and line is shown, and nothing is changed.

What is applied keeps its number, and so does what is half done: the database is asked, if one is named. So does what the branch has that others start from: --since, or the setting renumber.since, or the first there is of origin/HEAD, origin/main, origin/master, main and master. What that branch has not is taken for yours, and keeps its order. Without a database, or with --offline, the branch alone decides. What other databases have that were not asked nobody knows here.

With versions named, these are moved, and what depends on them: also one that the branch has, but never one that is applied.

A manifest is optional: migrations.lock beside the files, a line for each, chained by hash, so that two branches which both add a file meet as a conflict in Git. --lock makes it, or writes it anew from the files as they are, and moves nothing. From then on create, lint --fix, diff --to-migration and renumber keep it, and status, verify and migrate check it. After a merge, with conflict markers in it or the lines of both sides, renumber mends it. See docs/branches.md.`,
  positionals: [
    {
      name: 'VERSION',
      optional: true,
      repeatable: true,
      completes: 'version',
      summary: 'move these (default: late ones and twins)',
    },
  ],
  flags: [
    { name: 'since', value: 'BRANCH', summary: 'what this branch or commit has keeps its number' },
    { name: 'offline', summary: 'ask no database: the branch alone decides' },
    { name: 'lock', summary: 'make migrations.lock, or write it anew' },
    { name: 'dry-run', summary: 'show every file and line, change nothing' },
    SCRATCH_FLAG,
  ],
  examples: [
    { line: 'taskflow-db renumber', says: 'after a merge: mend what is late or twice' },
    { line: 'taskflow-db renumber --dry-run', says: 'what that would change' },
    { line: 'taskflow-db renumber --since origin/main', says: 'behind what that branch has' },
    { line: 'taskflow-db renumber 031_add_tags', says: 'move this one' },
    { line: 'taskflow-db renumber --lock', says: 'keep a manifest from now on' },
  ],
  load: () => import('./commands/renumber.ts'),
};

/** What depends on what. */
export const GRAPH_COMMAND: Command = {
  name: 'graph',
  summary: 'show which migrations need which',
  rare: true,
  description: `Shows how migrations depend on each other: as their Depends: headers declare it (solid lines), and as their SQL implies it (dashed lines), with the object, the file and the line: what one creates, changes or drops and another reads or changes. Nothing is run.

A migration is shown once, below the last one that it needs; what else it needs stands behind "also on". An edge that follows from others is left out. Among many migrations, those that would only repeat each other are drawn as one: --all shows every one. With VERSION, --from or --impact only a part is shown: what it needs, what stands on it, or both. --verbose shows also edges that only order two migrations, though neither stands on the other.

States are shown where a database is named and can be asked; else the files alone tell. Parts of a migration that no text tells, such as EXECUTE of a text that is made when it runs, are named where they may matter.

With --format it draws for others: svg, laid out; mermaid and dot, for a page or Graphviz; json, with all edges and all reasons. See docs/graph.md.`,
  positionals: [
    {
      name: 'VERSION',
      optional: true,
      repeatable: true,
      completes: 'version',
      summary: 'only what it needs and what stands on it',
    },
  ],
  flags: [
    { name: 'from', value: 'VERSION', completes: 'version', summary: 'only what this version needs' },
    { name: 'impact', value: 'VERSION', completes: 'version', summary: 'only what stands on this version' },
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['text', 'mermaid', 'dot', 'json', 'svg'],
      summary: 'text, mermaid, dot, json or svg',
    },
    {
      name: 'out',
      value: 'FILE',
      completes: 'file',
      summary: 'write it there; .svg, .mmd, .dot or .json tell the format',
    },
    { name: 'all', summary: 'every migration by itself, however many' },
  ],
  examples: [
    { line: 'taskflow-db graph', says: 'all of it' },
    { line: 'taskflow-db graph --impact 009', says: 'what stands on 009, and by which objects' },
    { line: 'taskflow-db graph --from 024', says: 'what 024 needs' },
    { line: 'taskflow-db graph --out graph.svg', says: 'a picture for a browser' },
    { line: 'taskflow-db graph --impact 009 --format mermaid', says: 'for a comment on a pull request' },
  ],
  load: () => import('./commands/graph.ts'),
};

/** Many migrations in one file, for new databases. */
export const SQUASH_COMMAND: Command = {
  name: 'squash',
  summary: 'fold old migrations into one file',
  rare: true,
  description: `Makes one migration of all up to a version, so that new databases begin with one file in place of hundreds. It writes what they make of an empty database, with its rows, as plain SQL, and proves on scratch databases that the file makes the same, alone and behind all later migrations. If not, nothing is written and the difference is shown.

No database has to be made anew. One that has all of the folded migrations has the squash: status says so, and migrate puts it on record without running anything. One that has none of them begins with it. One that has only some is refused, with the command that applies the others. Later files may go on naming the folded ones in "Depends:".

The folded files are moved, as they are, to the folder squashed/ beside them, which is not read as migrations. There is no way back behind a squash: rollback stops there. A migration that requires an extension stays a file of its own, and runs behind it. Where a database is named, all that is folded must be applied there. See docs/squash.md.`,
  flags: [
    { name: 'to', value: 'VERSION', completes: 'version', summary: 'the last one that is folded (always needed)' },
    { name: 'name', value: 'NAME', summary: 'name of the file behind its number (default: squash)' },
    { name: 'dry-run', summary: 'prove and show it, write nothing (with --verbose: its SQL, too)' },
    SCRATCH_FLAG,
  ],
  examples: [
    { line: 'taskflow-db squash --to 120 --dry-run', says: 'what would become of 001 to 120' },
    { line: 'taskflow-db squash --to 120 --name until_2026', says: 'make them 120_until_2026.sql' },
  ],
  load: () => import('./commands/squash.ts'),
};
