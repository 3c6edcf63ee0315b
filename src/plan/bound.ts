import { count } from '../problem/quantity.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { inForce } from './ledger-entry.ts';
import { statementCount } from './steps.ts';
import type { PlannedMigration, UpPlan } from './up.ts';

/** What a plan was asked for: the same again when it is applied. */
export interface PlanChoice {
  readonly to: string | null;
  readonly only: string | null;
  readonly allowLate: boolean;
  readonly singleTransaction: boolean;
}

/** One migration as it was reviewed. */
export interface BoundMigration {
  readonly version: string;
  readonly file: string;
  /** Of the whole file, rollback and headers too: what was read is what runs. */
  readonly checksum: string;
  readonly statements: number;
  /** How many steps an earlier run had done of it. */
  readonly stepsDone: number;
}

/** Everything that a reviewed plan rests on: it may be applied while all of it is the same. */
export interface Bound {
  readonly database: string;
  readonly serverVersion: string;
  readonly trackingSchema: string;
  readonly choice: PlanChoice;
  readonly migrations: readonly BoundMigration[];
  readonly skipped: readonly string[];
  /** What is applied, in the order of the versions. */
  readonly applied: readonly { readonly version: string; readonly checksum: string | null }[];
  /** A hash over the schema: the same for the same schema on a server of the same major version. */
  readonly schema: string;
}

function boundMigrations(planned: readonly PlannedMigration[]): BoundMigration[] {
  return planned.map(({ version, migration: { file, checksum }, plan }) => {
    return { version, file, checksum, statements: statementCount(plan), stepsDone: plan.done ?? 0 };
  });
}

export function boundPlan(
  plan: UpPlan,
  entries: readonly LedgerEntry[],
  rest: Pick<Bound, 'database' | 'serverVersion' | 'trackingSchema' | 'choice' | 'schema'>,
): Bound {
  const applied = entries.filter(inForce).map(({ version, checksum }) => ({ version, checksum }));
  return {
    ...rest,
    migrations: boundMigrations(plan.migrations),
    skipped: plan.skipped.map(({ version }) => version),
    applied: applied.sort((a, b) => (a.version < b.version ? -1 : 1)),
  };
}

/** What is otherwise than when the plan was made, one sentence each; empty: it may be applied as it was reviewed. */
export function whatMoved(then: Bound, now: Bound): string[] {
  return [
    ...valueMoved('the database', then.database, now.database),
    ...valueMoved('the server', `PostgreSQL ${then.serverVersion}`, `PostgreSQL ${now.serverVersion}`),
    ...valueMoved('the schema of the tracking tables', then.trackingSchema, now.trackingSchema),
    ...appliedMoved(then, now),
    ...migrationsMoved(then, now),
    ...(then.schema === now.schema ? [] : ['the schema of the database has changed since']),
  ];
}

function valueMoved(what: string, then: string, now: string): string[] {
  return then === now ? [] : [`${what} is ${now}, the plan is for ${then}`];
}

function appliedMoved(then: Bound, now: Bound): string[] {
  const before = new Map(then.applied.map(({ version, checksum }) => [version, checksum]));
  const after = new Map(now.applied.map(({ version, checksum }) => [version, checksum]));
  const gone = [...before.keys()].filter((version) => !after.has(version));
  const come = [...after.keys()].filter((version) => !before.has(version));
  const changed = [...after].filter(([version, sum]) => before.has(version) && before.get(version) !== sum);
  return [
    ...come.map((version) => `${version} was applied since`),
    ...gone.map((version) => `${version} was rolled back since`),
    ...changed.map(([version]) => `the record of ${version} was changed since`),
  ];
}

function migrationsMoved(then: Bound, now: Bound): string[] {
  const planned = new Map(now.migrations.map((one) => [one.version, one]));
  const known = new Set(then.migrations.map(({ version }) => version));
  const applied = new Set(now.applied.map(({ version }) => version));
  const moved = then.migrations.flatMap((one) => migrationMoved(one, planned.get(one.version), applied));
  const added = now.migrations.filter(({ version }) => !known.has(version));
  return [
    ...moved,
    ...added.map(({ version, file }) => `${version} (${file}) is not in the plan`),
    ...orderMoved(then.migrations, now.migrations),
    ...skippedMoved(then.skipped, now.skipped),
  ];
}

function migrationMoved(then: BoundMigration, now: BoundMigration | undefined, applied: ReadonlySet<string>): string[] {
  if (!now) return applied.has(then.version) ? [] : [`${then.version} is not there to be applied any more`];
  if (now.checksum !== then.checksum) return [`${now.file} was changed since`];
  return now.stepsDone === then.stepsDone ? [] : [`${count(now.stepsDone, 'step')} of ${then.version} done by now`];
}

function orderMoved(then: readonly BoundMigration[], now: readonly BoundMigration[]): string[] {
  const common = new Set(now.map(({ version }) => version));
  const before = then.map(({ version }) => version).filter((version) => common.has(version));
  const planned = new Set(before);
  const after = now.map(({ version }) => version).filter((version) => planned.has(version));
  return before.join() === after.join() ? [] : [`the order is now ${after.join(', ')}`];
}

function skippedMoved(then: readonly string[], now: readonly string[]): string[] {
  const fresh = now.filter((version) => !then.includes(version));
  return fresh.map((version) => `${version} is skipped now`);
}
