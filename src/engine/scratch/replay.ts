import type { MigrationFile } from '../../plan/migration-file.ts';
import type { SkippedMigration } from '../../plan/up.ts';
import type { Problem } from '../../problem/problem.ts';
import { migrateFiles } from '../migrate.ts';
import { rolesOf } from './left-out.ts';
import type { Scratch, ScratchDatabase } from './scratch.ts';

/** The files as scratch databases run them: within the database. Roles that they make are made for the run. */
export async function forScratch(scratch: Scratch, files: readonly MigrationFile[]): Promise<MigrationFile[]> {
  await scratch.roles.provide(rolesOf(files));
  return files.map((file) => scratch.leftOut.without(file));
}

/**
 * Applies the migrations to a scratch database as `migrate` would, but for what is left out there; returns what was skipped there because the server lacks
 * an extension. Throws the Problem of the migration that fails.
 */
export async function replay(
  scratch: Scratch,
  { engine }: ScratchDatabase,
  files: readonly MigrationFile[],
): Promise<readonly SkippedMigration[]> {
  const own = await forScratch(scratch, files);
  for (;;) {
    const { plan, problem } = await migrateFiles(engine, own, {
      allowLate: true,
      singleTransaction: false,
      whole: true,
    });
    if (!problem) return plan.skipped;
    // The role is there now: it goes on where it stopped.
    if (!(await scratch.roles.mend(problem))) throw onScratch(problem, scratch);
  }
}

/** From 15 on feature_not_supported, before that undefined_file, as for its library. */
const EXTENSION_MISSING: ReadonlySet<string> = new Set(['0A000', '58P01']);

/** The same problem, with what is true of a scratch database. */
export function onScratch(problem: Problem, { place, server }: Pick<Scratch, 'place' | 'server'>): Problem {
  const said = problem.fields.server;
  const role = said?.sqlstate === '42704' && /^role "/.test(said.message);
  const extension = EXTENSION_MISSING.has(said?.sqlstate ?? '') && /\bextension\b|\$libdir\//.test(said?.message ?? '');
  const next = [
    ...(problem.fields.next ?? []),
    ...(role
      ? [`Make the role on the scratch server (${place.description}); roles belong to a server, not to a database.`]
      : []),
    ...(extension
      ? [
          'Where an extension is missing there: say so with "-- Requires: extension NAME", or name a server that has it: --scratch URL',
        ]
      : []),
  ];
  return problem.with({
    state: `It failed on a scratch database (PostgreSQL ${server.version}), which is dropped. Nothing of yours was touched.`,
    ...(next.length > 0 ? { next } : {}),
  });
}
