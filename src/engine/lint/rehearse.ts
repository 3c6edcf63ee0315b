import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { SeenEffect } from '../../lint/rule.ts';
import type { Reading } from '../../lint/subject.ts';
import type { Migration } from '../../migration/migration.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import type { SkippedMigration } from '../../plan/up.ts';
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

const ONE = { allowLate: true, singleTransaction: false, whole: true } as const;

/**
 * Applies the migrations to an empty scratch database, up to the last one in `judged`, and those in `judged` first under
 * observation: which locks each statement takes, and what it rewrites, the code that it calls included. Throws the Problem of a
 * migration that cannot be applied.
 */
export async function rehearseFiles(
  scratch: Scratch,
  { directories, cwd }: { readonly directories: readonly string[]; readonly cwd: string },
  judged: readonly JudgedFile[],
): Promise<Rehearsed> {
  const files = refuseComplaints(readFolders(directories, cwd));
  const own = await forScratch(scratch, files);
  const { engine } = await scratch.create();
  const { migrations, skipped } = await planMigrateFiles(engine, own, ONE);
  const notes = notRehearsed(judged, files, skipped);
  const wanted = new Set(judged.map(({ file }) => file));
  const applied = new Applied(scratch, engine, own);
  const tried = new Map<string, TriedMigration>();
  let before: string | undefined;
  for (const { version, migration } of migrations) {
    if (wanted.has(migration.file)) {
      await applied.upTo(before);
      const next = await tryOne(scratch, engine, own, version);
      if (typeof next === 'string') notes.push(`${version} was not rehearsed: ${next}`);
      else if (next) tried.set(migration.file, next);
    }
    before = version;
  }
  await applied.upTo(migrations.findLast(({ migration }) => wanted.has(migration.file))?.version);
  return { seenOf: ({ file }, { line, column }) => seen(tried.get(file), line, column), notes };
}

type JudgedFile = Pick<Migration, 'file' | 'version'>;

/** Why some will not be. */
function notRehearsed(
  judged: readonly JudgedFile[],
  files: readonly JudgedFile[],
  skipped: readonly SkippedMigration[],
): string[] {
  const inFolders = new Set(files.map(({ file }) => file));
  const reasons = new Map(skipped.map(({ migration, reason }) => [migration.file, reason]));
  return judged.flatMap(({ file, version }) => {
    if (!inFolders.has(file)) return [`${file} was not rehearsed: it lies in none of the folders of migrations`];
    const reason = reasons.get(file);
    return reason === undefined ? [] : [`${version} was not rehearsed: ${reason}`];
  });
}

/** What is applied for good, in one go each time it is asked for: a run for each file would read all of them each time. */
class Applied {
  readonly #scratch: Scratch;
  readonly #engine: Engine;
  readonly #files: readonly MigrationFile[];
  #last: string | undefined;

  constructor(scratch: Scratch, engine: Engine, files: readonly MigrationFile[]) {
    this.#scratch = scratch;
    this.#engine = engine;
    this.#files = files;
  }

  async upTo(version: string | undefined): Promise<void> {
    if (version === undefined || version === this.#last) return;
    for (;;) {
      const { problem } = await migrateFiles(this.#engine, this.#files, { ...ONE, to: version });
      if (!problem) break;
      if (!(await this.#scratch.roles.mend(problem))) throw onScratch(problem, this.#scratch);
    }
    this.#last = version;
  }
}

async function tryOne(scratch: Scratch, engine: Engine, files: readonly MigrationFile[], version: string) {
  for (;;) {
    const observed = await observeOne(engine, files, { ...ONE, only: version });
    if (typeof observed === 'string') return observed;
    if (!(await scratch.roles.mend(observed.problem))) return observed.report.migrations[0];
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
