import type { Migration } from '../migration/migration.ts';
import { count } from '../problem/quantity.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { inForce } from './ledger-entry.ts';
import { type StepPlan, statementCount } from './steps.ts';
import type { UpPlan } from './up.ts';

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

/** Which database is meant, and how the run stands to it. */
export interface PlanTarget {
  readonly database: string;
  /** pg_database.oid: another one for a copy of the same name in the same cluster. */
  readonly databaseOid: string;
  /** Of pg_control_system(): another one for each cluster that was not copied file by file. Null where this role may not ask. */
  readonly systemIdentifier: string | null;
  readonly serverVersion: string;
  /** The setting; null: the user that logs in, which may be another one for who plans and who applies. */
  readonly role: string | null;
  /** Of the sessions that run migrations: the setting, else what the server says for this role and database; `$user` put in. */
  readonly searchPath: string;
  readonly trackingSchema: string;
}

export type SchemaHashes = Readonly<Record<string, string>>;

/** What a plan rests on, as far as it could be read. */
export interface PlanBasis extends PlanTarget {
  readonly choice: PlanChoice;
  readonly migrations: readonly BoundMigration[];
  readonly skipped: readonly string[];
  /** What is applied, in the order of the versions. */
  readonly applied: readonly { readonly version: string; readonly checksum: string | null }[];
  /**
   * By type of object a hash over all of them: the same for the same schema on a server of the same major version. A type that
   * the user may not read is missing. Null where a lock of another session kept it from being read; such a plan is to be
   * looked at, and cannot be applied.
   */
  readonly schema: SchemaHashes | null;
}

/** Everything that a reviewed plan rests on: it may be applied while all of it is the same. */
export interface Bound extends PlanBasis {
  readonly schema: SchemaHashes;
}

/** A migration that is to be run, in either direction, as what is reviewed names it. */
export function boundMigration(
  version: string,
  { file, checksum }: Pick<Migration, 'file' | 'checksum'>,
  plan: StepPlan,
): BoundMigration {
  return { version, file, checksum, statements: statementCount(plan), stepsDone: plan.done ?? 0 };
}

/** What is in force, in the order of the versions. */
export function boundEntries(entries: readonly LedgerEntry[]): PlanBasis['applied'] {
  const applied = entries.filter(inForce).map(({ version, checksum }) => ({ version, checksum }));
  return applied.sort((a, b) => (a.version < b.version ? -1 : 1));
}

export function boundPlan(
  plan: UpPlan,
  entries: readonly LedgerEntry[],
  rest: PlanTarget & Pick<PlanBasis, 'choice' | 'schema'>,
): PlanBasis {
  return {
    ...rest,
    migrations: plan.migrations.map(({ version, migration, plan: steps }) => boundMigration(version, migration, steps)),
    skipped: plan.skipped.map(({ version }) => version),
    applied: boundEntries(entries),
  };
}

/**
 * What is otherwise than when the plan was made, one sentence each; empty: it may be applied as it was reviewed, or all of
 * it is applied and nothing else, so that nothing is left to do.
 */
export function whatMoved(then: Bound, now: PlanBasis): string[] {
  const elsewhere = targetMoved(then, now);
  if (elsewhere.length === 0 && isDone(then, now)) return [];
  return [
    ...elsewhere,
    ...appliedMoved(then.applied, now.applied),
    ...migrationsMoved(then, now),
    ...schemaMoved(then, now),
  ];
}

/** Another run has applied the same plan: what came to be applied is what the plan holds, as it was reviewed. */
function isDone(then: Bound, now: PlanBasis): boolean {
  if (then.migrations.length === 0 || now.migrations.length > 0) return false;
  const planned = then.migrations.map(({ version, checksum }) => ({ version, checksum }));
  return appliedMoved([...then.applied, ...planned], now.applied).length === 0;
}

/** In which way the target is another one, one sentence each. */
export function targetMoved(then: PlanTarget, now: PlanTarget): string[] {
  return [
    ...valueMoved('the database', then.database, now.database),
    ...(then.database === now.database ? copyMoved(then, now) : []),
    ...valueMoved('the server', majorOf(then), majorOf(now)),
    ...valueMoved('the role', then.role ?? 'the user that logs in', now.role ?? 'the user that logs in'),
    ...valueMoved('the search_path', then.searchPath, now.searchPath),
    ...valueMoved('the schema of the tracking tables', then.trackingSchema, now.trackingSchema),
  ];
}

/** A restored copy has the same name, the same history and the same schema. */
function copyMoved(then: PlanTarget, now: PlanTarget): string[] {
  const [before, after] = [then.systemIdentifier, now.systemIdentifier];
  if (before !== null && after !== null && before !== after) {
    return [`this ${now.database} is in another cluster (system identifier ${after}, the plan is for ${before})`];
  }
  if (then.databaseOid === now.databaseOid) return [];
  return [`this ${now.database} is another database of that name (OID ${now.databaseOid}, was ${then.databaseOid})`];
}

/** An update of the server to another minor version changes nothing of what a plan says. */
export function majorOf({ serverVersion }: PlanTarget): string {
  return `PostgreSQL ${/^\d+/.exec(serverVersion)?.[0] ?? serverVersion}`;
}

/** What was applied or rolled back changes the schema, and is said already. */
function schemaMoved(then: Bound, now: PlanBasis): string[] {
  if (appliedMoved(then.applied, now.applied).length > 0 || targetMoved(then, now).length > 0) return [];
  const before = then.schema;
  const after = now.schema ?? {};
  const changed = Object.keys(before).filter((type) => type in after && before[type] !== after[type]);
  if (changed.length === 0) return [];
  return [`the schema was changed since, and not by a migration: ${changed.join(', ')} (see: taskflow-db diff)`];
}

function valueMoved(what: string, then: string, now: string): string[] {
  return then === now ? [] : [`${what} is ${now}, the plan is for ${then}`];
}

/** What has come to be applied since, or is not any more, one sentence each. */
export function appliedMoved(then: Bound['applied'], now: Bound['applied']): string[] {
  const before = new Map(then.map(({ version, checksum }) => [version, checksum]));
  const after = new Map(now.map(({ version, checksum }) => [version, checksum]));
  const gone = [...before.keys()].filter((version) => !after.has(version));
  const come = [...after.keys()].filter((version) => !before.has(version));
  const changed = [...after].filter(([version, sum]) => before.has(version) && before.get(version) !== sum);
  return [
    ...come.map((version) => `${version} was applied since`),
    ...gone.map((version) => `${version} was rolled back since`),
    ...changed.map(([version]) => `the record of ${version} was changed since`),
  ];
}

function migrationsMoved(then: Bound, now: PlanBasis): string[] {
  const applied = new Set(now.applied.map(({ version }) => version));
  const gone = ({ version }: BoundMigration) =>
    applied.has(version) ? [] : [`${version} is not there to be applied any more`];
  return [...listMoved(then.migrations, now.migrations, gone), ...skippedMoved(then.skipped, now.skipped)];
}

/** What is otherwise about the migrations that are to be run; `gone` says it of one that is none of them any more. */
export function listMoved(
  then: readonly BoundMigration[],
  now: readonly BoundMigration[],
  gone: (one: BoundMigration) => readonly string[],
): string[] {
  const planned = new Map(now.map((one) => [one.version, one]));
  const known = new Set(then.map(({ version }) => version));
  const added = now.filter(({ version }) => !known.has(version));
  return [
    ...then.flatMap((one) => migrationMoved(one, planned.get(one.version), gone)),
    ...added.map(({ version, file }) => `${version} (${file}) is not in the plan`),
    ...orderMoved(then, now),
  ];
}

function migrationMoved(
  then: BoundMigration,
  now: BoundMigration | undefined,
  gone: (one: BoundMigration) => readonly string[],
): readonly string[] {
  if (!now) return gone(then);
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
