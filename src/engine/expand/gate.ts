import { type DroppedColumn, droppedColumns, filledColumn, namesObject } from '../../expand/dropped.ts';
import type { RelationStatistics } from '../../known/statistics.ts';
import { findNeeded } from '../../migration/find-version.ts';
import type { Migration } from '../../migration/migration.ts';
import { isInForce, isToApply } from '../../plan/candidate.ts';
import type { Evidence } from '../../plan/held.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { displayIdentifier, quoteQualified } from '../../sql/quote.ts';
import { isTrue } from '../check-verify.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import { searchPathInForce } from '../search-path.ts';
import { callsOf } from './calls.ts';
import type { Looked } from './contracts.ts';
import { earlierLook } from './record.ts';
import { COLUMN, DEPENDENTS, FUNCTIONS } from './usage-queries.ts';

export interface GateOptions {
  /** VERIFY reads the rows, which is too much for somebody who only wants to see a list. */
  readonly verify: boolean;
}

/**
 * Looks at each migration with a `Contracts` header that is to be applied: whether its data migration has succeeded, whether
 * that is still true, and who still uses what it drops. Only reads.
 */
export async function lookAtContracts(
  engine: Engine,
  control: Control,
  statuses: readonly MigrationStatus[],
  options: GateOptions,
): Promise<ReadonlyMap<string, Looked>> {
  const contracts = statuses.flatMap((status) => contractOf(status) ?? []);
  if (contracts.length === 0) return new Map();
  const path = await searchPathInForce(engine.settings, control);
  const found = new Map<string, Looked>();
  for (const { status, migration } of contracts) {
    const looked = await lookAt(control, { migration, status, statuses, path }, options);
    if (looked) found.set(status.version, looked);
  }
  return found;
}

function contractOf(status: MigrationStatus): { status: MigrationStatus; migration: Migration } | undefined {
  // One that has begun is finished.
  if (!status.file || !isToApply(status) || (status.entry?.stepsDone ?? 0) > 0) return undefined;
  try {
    const migration = status.file.load();
    return migration.headers.contracts.length > 0 ? { status, migration } : undefined;
  } catch (error) {
    // That it cannot be read is told where it is to be run.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

interface Contract {
  readonly migration: Migration;
  readonly status: MigrationStatus;
  readonly statuses: readonly MigrationStatus[];
  readonly path: string;
}

async function lookAt(control: Control, contract: Contract, options: GateOptions): Promise<Looked | undefined> {
  const { migration, statuses } = contract;
  const filling = migration.headers.contracts.flatMap((text) => {
    const needed = findNeeded(statuses, text);
    return needed instanceof Problem ? [] : statuses.filter(({ version }) => version === needed.version);
  });
  const columns = await standing(control, contract, droppedColumns(migration.statements));
  const waiting = filling.filter((one) => !isInForce(one));
  if (waiting.length > 0) {
    // Made in this very run: nobody can have used what is not there yet.
    return columns.length === 0 ? undefined : unfinished(waiting);
  }
  const proof = options.verify ? await stillTrue(control, contract, filling) : [];
  const seen = { evidence: [] as Evidence[], calls: {} as Record<string, number>, counted: false, news: false };
  const successor = filling.flatMap(
    (one) => one.file?.load().statements.flatMap(({ sql }) => filledColumn(sql) ?? []) ?? [],
  )[0];
  for (const column of columns) {
    const { evidence, calls, isNews } = await usesOf(control, contract, column, successor);
    seen.news ||= isNews;
    seen.evidence.push(...evidence);
    seen.counted ||= calls !== undefined;
    Object.assign(seen.calls, calls ?? {});
  }
  const evidence = [...proof, ...seen.evidence];
  const against =
    evidence.find(({ verdict }) => verdict === 'open') ?? evidence.find(({ verdict }) => verdict === 'used');
  return {
    reason: against?.words ?? '',
    evidence,
    forcible: against?.verdict === 'used',
    released: against === undefined,
    calls: seen.counted ? seen.calls : undefined,
    isNews: against !== undefined && seen.news,
  };
}

function unfinished(waiting: readonly MigrationStatus[]): Looked {
  const words = waiting.map(({ version, state }) => `${version} has not succeeded yet (${state.replace('_', ' ')})`);
  return {
    reason: words.join('; '),
    evidence: words.map((one) => ({ verdict: 'open', words: one })),
    forcible: false,
    released: false,
    calls: undefined,
    isNews: false,
  };
}

interface Standing extends DroppedColumn {
  readonly oid: string;
  readonly number: string;
  readonly relation: RelationStatistics;
}

/** Those that are there. */
async function standing(
  { session }: Control,
  { path }: Contract,
  dropped: readonly DroppedColumn[],
): Promise<Standing[]> {
  const found: Standing[] = [];
  for (const one of dropped) {
    const { schema, name } = one.table;
    const named = schema === undefined ? quoteQualified(name) : quoteQualified(schema, name);
    const [row] = await underPath(session, path, () => session.query(COLUMN, [named, one.column]));
    if (row?.number == null) continue;
    const columns = (JSON.parse(row.columns ?? '[]') as string[]).map((column) => ({ name: column, type: '' }));
    const relation: RelationStatistics = {
      schema: row.schema ?? '',
      name: row.table ?? '',
      kind: 'table',
      columns,
      constraints: [],
      indexes: [],
    };
    found.push({ ...one, oid: row.oid ?? '', number: row.number, relation });
  }
  return found;
}

/** In a transaction that writes nothing. */
async function underPath<T>(session: Control['session'], path: string, run: () => Promise<T>): Promise<T> {
  await session.batch([[{ sql: 'BEGIN READ ONLY' }, setLocal('search_path', path)]]);
  try {
    return await run();
  } finally {
    await session.query('ROLLBACK');
  }
}

/** A run plans several times, and the rows are read once. */
const proven = new WeakMap<Control, Map<string, Evidence[]>>();

/** The VERIFY sections of the data migrations, now. */
async function stillTrue(
  control: Control,
  contract: Contract,
  filling: readonly MigrationStatus[],
): Promise<Evidence[]> {
  const known = proven.get(control) ?? new Map<string, Evidence[]>();
  proven.set(control, known);
  const { version } = contract.migration;
  const found = known.get(version) ?? (await askVerify(control, contract, filling));
  known.set(version, found);
  return found;
}

async function askVerify(
  { session }: Control,
  { path }: Contract,
  filling: readonly MigrationStatus[],
): Promise<Evidence[]> {
  const found: Evidence[] = [];
  for (const { version, file } of filling) {
    for (const { sql } of file?.load().verify ?? []) found.push(await asked(session, path, version, sql));
  }
  return found;
}

async function asked(session: Control['session'], path: string, version: string, sql: string): Promise<Evidence> {
  try {
    const rows = await underPath(session, path, () => session.query(sql));
    return isTrue(rows)
      ? { verdict: 'free', words: `VERIFY of ${version} holds` }
      : {
          verdict: 'open',
          words: `VERIFY of ${version} does not hold any more: run it again, or see what has written past the triggers`,
        };
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    return { verdict: 'open', words: `VERIFY of ${version} cannot be asked: ${error.message}` };
  }
}

async function usesOf(control: Control, contract: Contract, column: Standing, successor: string | undefined) {
  const { migration } = contract;
  const { session } = control;
  const { oid, number, relation, nameStays } = column;
  const shown = [relation.schema, relation.name, column.column].map(displayIdentifier).join('.');
  // What the file itself drops or makes anew is its own business.
  const isOwn = ({ name }: { name?: string | null }) => namesObject(migration.statements, name ?? '');
  const dependents = (await session.query(DEPENDENTS, [oid, number])).filter((row) => !isOwn(row));
  const objects: Evidence[] =
    dependents.length === 0
      ? [{ verdict: 'free', words: `no view, rule, policy, trigger, key or SQL function depends on ${shown}` }]
      : dependents.map(({ words }) => ({ verdict: 'used', words: `${words} depends on ${shown}` }));
  if (nameStays) {
    const words = `the name ${shown} stays: queries and functions go on with the new column`;
    return { evidence: [...objects, { verdict: 'free', words } satisfies Evidence], calls: undefined, isNews: false };
  }
  const functions = (await session.query(FUNCTIONS, [oid, relation.name, column.column])).filter((row) => !isOwn(row));
  const bodies: Evidence[] =
    functions.length === 0
      ? [{ verdict: 'free', words: `no function's text names ${shown}` }]
      : functions.map(({ words }) => ({ verdict: 'used', words: `the text of the function ${words} names ${shown}` }));
  const earlier = await earlierLook(control, migration.version);
  const { evidence, calls } = await callsOf(control, relation, column.column, successor, earlier);
  const isNews = Object.entries(calls ?? {}).some(([key, amount]) => amount > (earlier?.calls[key] ?? 0));
  return { evidence: [...objects, ...bodies, ...evidence], calls, isNews };
}
