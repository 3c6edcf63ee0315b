import { findNeeded } from '../../migration/find-version.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { type PlannedMigration, planUp, type UpOptions } from '../../plan/up.ts';
import { Problem } from '../../problem/problem.ts';

/** A migration that is run from its file, where all extensions are there that it and those it depends on require. */
export interface GuardedMigration extends PlannedMigration {
  readonly extensions: readonly string[];
  /** It is left to migrate, which runs behind the file; so is what depends on one that is. */
  readonly left: boolean;
}

/** All migrations in their order, and among them those that not every server can run. */
export interface WithGuarded {
  readonly migrations: readonly PlannedMigration[];
  readonly guarded: ReadonlyMap<string, GuardedMigration>;
}

/** A server that has whatever is asked for: what is planned with it does not depend on where it is planned. */
export const EVERY_EXTENSION = {
  get: (name: string) => ({ name, installed: true, available: true, creatable: true }),
} as unknown as UpOptions['extensions'];

/** What a new installation gets of these files. */
export function planWithGuarded(files: readonly MigrationFile[], serverVersionNum: number): WithGuarded {
  const plan = (extensions: UpOptions['extensions']) =>
    planUp(reconcile(files, []), { allowLate: true, whole: true, serverVersionNum, extensions });
  const { migrations } = plan(EVERY_EXTENSION);
  return { migrations, guarded: guardedOf(migrations, new Set(plan(new Map()).skipped.map(({ version }) => version))) };
}

/** Versions that the file for new installations leaves to migrate. */
export function leftToMigrate(files: readonly MigrationFile[], serverVersionNum: number): ReadonlySet<string> {
  const { guarded } = planWithGuarded(files, serverVersionNum);
  return new Set([...guarded.values()].filter(({ left }) => left).map(({ version }) => version));
}

/** Those that are skipped where there is no extension, with all that each needs. */
function guardedOf(
  migrations: readonly PlannedMigration[],
  skipped: ReadonlySet<string>,
): ReadonlyMap<string, GuardedMigration> {
  const guarded = new Map<string, GuardedMigration>();
  for (const one of migrations.filter(({ version }) => skipped.has(version))) {
    const needs = guardedNeeds(one, guarded).flatMap((version) => guarded.get(version) ?? []);
    const inherited = needs.flatMap(({ extensions }) => extensions);
    const extensions = [...one.migration.headers.requires.map(({ extension }) => extension), ...inherited];
    const left = whyLeftToMigrate(one) !== undefined || needs.some((other) => other.left);
    guarded.set(one.version, { ...one, extensions: [...new Set(extensions)], left });
  }
  return guarded;
}

/** Of the versions that it depends on, those that not every server can run. */
export function guardedNeeds(
  { migration }: PlannedMigration,
  guarded: ReadonlyMap<string, GuardedMigration>,
): readonly string[] {
  const known = [...guarded.values()].map(({ version, migration: { number, headers } }) => ({
    version,
    number,
    replaces: headers.replaces,
  }));
  return migration.headers.depends.flatMap((text) => {
    const found = findNeeded(known, text);
    return found instanceof Problem ? [] : [found.version];
  });
}

/**
 * Why the statements of a migration cannot stand in a DO block, one transaction with their record; undefined where they can.
 * What cannot is left to `migrate`.
 */
export function whyLeftToMigrate({ plan }: PlannedMigration): string | undefined {
  if (plan.large) return 'it is too large';
  if (plan.mode === 'steps') {
    return plan.steps.find(({ reason }) => reason)?.reason ?? 'it cannot run in one transaction';
  }
  const statements = plan.steps.flatMap((step) => step.statements);
  if (statements.some(({ statement }) => statement.copyData !== undefined)) return 'it holds the rows of a COPY';
  // EXECUTE of PL/pgSQL refuses it.
  const selectsInto = statements.some(({ statement, kind }) => kind.class === 'ddl' && isQuery(statement.words[0]));
  return selectsInto ? 'it has a SELECT ... INTO' : undefined;
}

function isQuery(first: string | undefined): boolean {
  return first !== undefined && ['SELECT', 'WITH', 'TABLE', 'VALUES', '('].includes(first);
}
