import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { SeenEffect } from '../../lint/rule.ts';
import type { Reading } from '../../lint/subject.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import type { TriedMigration, TriedStatement } from '../../report/dry-run.ts';
import { TokenReader } from '../../sql/token-reader.ts';
import { observeOne } from '../dry-run/observe-one.ts';
import type { Engine } from '../engine.ts';
import { migrateFiles } from '../migrate.ts';
import { planMigrateFiles } from '../plan-migrate.ts';
import { forScratch, onScratch } from '../scratch/replay.ts';
import type { Scratch } from '../scratch/scratch.ts';

/** What a rehearsal has shown. */
export interface Rehearsed {
  readonly seenOf: NonNullable<Reading['seenOf']>;
  /** Files that were not rehearsed, each with the reason. */
  readonly notes: readonly string[];
}

const ONE = { allowLate: true, singleTransaction: false } as const;

/**
 * Applies every migration to an empty scratch database, those in `judged` first under observation: which locks each statement
 * takes, and what it rewrites, the code that it calls included. Throws the Problem of a migration that cannot be applied.
 */
export async function rehearseFiles(
  scratch: Scratch,
  { directories, cwd }: { readonly directories: readonly string[]; readonly cwd: string },
  judged: (version: string) => boolean,
): Promise<Rehearsed> {
  const files = refuseComplaints(readFolders(directories, cwd));
  const own = await forScratch(scratch, files);
  const { engine } = await scratch.create();
  const { migrations } = await planMigrateFiles(engine, own, ONE);
  const tried = new Map<string, TriedMigration>();
  const notes: string[] = [];
  for (const { version } of migrations) {
    const next = judged(version) ? await tryOne(scratch, engine, own, version) : undefined;
    if (typeof next === 'string') notes.push(`${version} was not rehearsed: ${next}`);
    else if (next) tried.set(version, next);
    await applyOne(scratch, engine, own, version);
  }
  return { seenOf: ({ version }, { line, column }) => seen(tried.get(version), line, column), notes };
}

async function tryOne(scratch: Scratch, engine: Engine, files: readonly MigrationFile[], version: string) {
  for (;;) {
    const observed = await observeOne(engine, files, { ...ONE, only: version });
    if (typeof observed === 'string') return observed;
    if (!(await scratch.roles.mend(observed.problem))) return observed.report.migrations[0];
  }
}

async function applyOne(scratch: Scratch, engine: Engine, files: readonly MigrationFile[], version: string) {
  for (;;) {
    const { problem } = await migrateFiles(engine, files, { ...ONE, only: version });
    if (!problem) return;
    if (!(await scratch.roles.mend(problem))) throw onScratch(problem, scratch);
  }
}

function seen(tried: TriedMigration | undefined, line: number, column: number): SeenEffect | undefined {
  const statement = tried?.statements.find((one) => one.line === line && one.column === column);
  return statement?.state === 'passed' ? effectOf(statement) : undefined;
}

function effectOf({ locks, rewrites }: TriedStatement): SeenEffect {
  return {
    locks: locks
      .filter(({ type }) => type !== 'index' && type !== 'sequence')
      .map(({ relation, mode, stalls }) => ({ relation: nameOf(relation), mode, stalls })),
    rewrites: rewrites.map(({ relation }) => nameOf(relation)),
  };
}

/** A relation as SQL names it, with its schema. */
function nameOf(shown: string): SeenEffect['rewrites'][number] {
  const { schema = 'public', name } = new TokenReader(shown).qualifiedName() ?? { name: shown };
  return { schema, name };
}
