/** Which part of src/ may import what: the one table of the directions. A lower part never knows a higher one. */

export interface Layer {
  /** Values in, values out: no file system, process, clock, randomness or driver. */
  readonly pure: boolean;
  /** Other folders of src/, or single files of theirs. */
  readonly imports: readonly string[];
  /** Packages and modules of Node, beyond COMMON for those that are not pure. */
  readonly packages: readonly string[];
}

/** From the lowest to the highest. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  problem: { pure: true, imports: [], packages: [] },
  sql: { pure: true, imports: ['problem'], packages: [] },
  batch: { pure: true, imports: ['problem', 'sql'], packages: [] },
  migration: { pure: true, imports: ['problem', 'sql'], packages: ['node:buffer', 'node:crypto'] },
  graph: { pure: true, imports: ['problem', 'sql', 'migration'], packages: [] },
  plan: { pure: true, imports: ['problem', 'sql', 'migration', 'graph'], packages: [] },
  approval: { pure: true, imports: ['problem', 'plan'], packages: ['node:crypto'] },
  manifest: { pure: true, imports: ['problem', 'migration', 'graph'], packages: [] },
  renumber: { pure: true, imports: ['problem', 'sql', 'migration', 'graph', 'plan'], packages: [] },
  catalog: { pure: true, imports: ['problem', 'sql'], packages: [] },
  verify: { pure: true, imports: ['problem', 'sql', 'migration', 'catalog'], packages: [] },
  script: { pure: true, imports: ['problem', 'sql', 'catalog'], packages: [] },
  expand: { pure: true, imports: ['problem', 'sql'], packages: [] },
  syntax: { pure: true, imports: ['problem', 'sql'], packages: ['@pgsql/types'] },
  known: { pure: true, imports: ['problem', 'sql', 'migration', 'syntax'], packages: ['@pgsql/types'] },
  backup: { pure: true, imports: ['problem', 'sql', 'syntax'], packages: ['@pgsql/types'] },
  footprint: {
    pure: true,
    imports: ['problem', 'sql', 'migration', 'graph', 'syntax', 'known'],
    packages: ['@pgsql/types'],
  },
  facts: { pure: true, imports: ['problem', 'sql', 'syntax', 'known'], packages: ['@pgsql/types'] },
  lint: {
    pure: true,
    imports: ['problem', 'sql', 'migration', 'graph', 'plan', 'syntax', 'known', 'footprint', 'facts'],
    packages: ['@pgsql/types'],
  },
  forecast: {
    pure: true,
    imports: ['problem', 'sql', 'migration', 'plan', 'syntax', 'known', 'facts', 'lint'],
    packages: [],
  },
  report: {
    pure: true,
    imports: [
      'problem',
      'batch',
      'graph',
      'plan',
      'approval',
      'manifest',
      'renumber',
      'catalog',
      'verify',
      'lint',
      'forecast',
    ],
    packages: ['@dagrejs/dagre', 'diff', 'fast-string-width', 'fast-wrap-ansi', 'node:crypto', 'picocolors'],
  },
  parser: { pure: false, imports: ['sql', 'syntax'], packages: ['libpg-query', 'node:v8'] },
  files: { pure: false, imports: ['problem', 'migration', 'plan/migration-file.ts'], packages: [] },
  config: {
    pure: false,
    // Times of the day are read where they are used; limits are handed on as they are judged.
    imports: ['problem', 'batch/limits.ts', 'batch/window.ts', 'report/nearest.ts'],
    packages: ['valibot', '@valibot/to-json-schema', 'jsonc-parser'],
  },
  postgres: {
    pure: false,
    imports: ['problem', 'report/nearest.ts'],
    packages: [
      'pg',
      'pg-copy-streams',
      'node:net',
      'node:stream',
      'node:stream/promises',
      'node:tls',
      'node:dns/promises',
      'node:child_process',
    ],
  },
  embedded: {
    pure: false,
    imports: ['problem'],
    packages: ['node:child_process', 'node:module', 'node:net', 'node:url'],
  },
  ledger: { pure: false, imports: ['problem', 'sql', 'plan', 'postgres'], packages: [] },
  snapshot: {
    pure: false,
    imports: ['sql', 'catalog', 'backup/kept.ts', 'postgres', 'ledger/layout/own-objects.ts'],
    packages: [],
  },
  engine: {
    pure: false,
    imports: [
      'problem',
      'sql',
      'batch',
      'migration',
      'graph',
      'footprint',
      'plan',
      'approval',
      'manifest',
      'renumber',
      'batch',
      'catalog',
      'verify',
      'script/object.ts',
      'script/script.ts',
      'script/sections.ts',
      'script/whole.ts',
      'expand',
      'syntax',
      'known',
      'facts',
      'lint',
      'forecast',
      'backup',
      'parser',
      // The engine emits events; of what a problem holds it makes only the difference of two texts and the names of blockers.
      'report/blocker.ts',
      'report/dry-run.ts',
      'report/events.ts',
      'report/line-diff.ts',
      // A name that was misspelt, and the one that was probably meant.
      'report/nearest.ts',
      'files',
      'config/settings.ts',
      'config/data-settings.ts',
      'postgres',
      'embedded/index.ts',
      'ledger',
      'snapshot',
    ],
    // Backups are compressed and encrypted while they are written.
    // Migrations of code: their types are taken off, and they are loaded as they were hashed.
    packages: [
      '@swc/wasm-typescript',
      'age-encryption',
      'node:module',
      'node:stream',
      'node:stream/promises',
      'node:stream/web',
      'node:url',
      'node:worker_threads',
      'node:zlib',
    ],
  },
  web: {
    pure: false,
    // Routes are twins over the engine, as commands are: check what was asked, call, give the value.
    imports: ['problem', 'plan/state.ts', 'batch/states.ts', 'report', 'engine'],
    packages: ['valibot', '@valibot/to-json-schema', 'node:http', 'node:https', 'node:net', 'node:zlib'],
  },
  /** What runs in the browser: of the server it knows the types of its answers. */
  'web/app': {
    pure: false,
    imports: [
      'web/answers',
      'sql/lexer.ts',
      'plan/state.ts',
      'batch/states.ts',
      'batch/estimate.ts',
      'backup/restore-steps.ts',
      'problem/quantity.ts',
      'report',
    ],
    packages: ['preact', '@preact/signals', 'uplot', 'diff'],
  },
  cli: {
    pure: false,
    // Commands are twins over the engine: parse, call, report. Of what lies below it they know types and few values.
    imports: [
      'problem',
      'batch',
      'plan',
      'approval',
      'report',
      'config',
      'backup',
      'expand/argument.ts',
      'postgres/target/inputs.ts',
      'embedded/index.ts',
      'engine',
      // The one command that starts the console, and nothing else of it.
      'web/serve.ts',
      '../package.json',
    ],
    packages: ['@clack/prompts', 'node:child_process', 'node:readline', 'node:stream', 'node:tty', 'node:util'],
  },
  /** src/index.ts, the public library. */
  '.': {
    pure: false,
    imports: [
      'problem',
      'sql',
      'batch',
      'migration',
      'graph',
      'plan',
      'catalog',
      'verify',
      'script/script.ts',
      'lint',
      'report',
      'files',
      'config',
      'postgres',
      'embedded',
      'ledger',
      'engine',
    ],
    packages: [],
  },
};

/** What every layer with effects may use. */
export const COMMON = ['node:crypto', 'node:events', 'node:fs', 'node:os', 'node:path', 'node:timers/promises'];

/** What in a pure layer only that file may use, and why. */
export const PURE_EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // A hash of given bytes is a value, randomness is not.
  'src/migration/checksum.ts': ['node:crypto'],
  'src/report/lint/fingerprint.ts': ['node:crypto'],
  'src/approval/action-hash.ts': ['node:crypto'],
  // Tells whether bytes are UTF-8.
  'src/migration/decode.ts': ['node:buffer'],
};

/** src/sql/lexer.ts → sql; src/index.ts → `.` */
export function layerOf(path: string): string {
  if (path.startsWith('src/web/app/')) return 'web/app';
  const parts = path.split('/');
  return parts.length > 2 ? parts[1]! : '.';
}

/** Whether an entry of `imports` covers a file. */
export function covers(entry: string, path: string): boolean {
  if (entry.startsWith('../')) return path === entry.slice(3);
  return path === `src/${entry}` || path.startsWith(`src/${entry}/`);
}
