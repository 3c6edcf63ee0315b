import { schemasOf } from '../../known/search-path.ts';
import type {
  AppliedVersion,
  ColumnStatistics,
  ConstraintStatistics,
  FunctionStatistics,
  IndexStatistics,
  NamePair,
  RelationStatistics,
  Statistics,
  TypeStatistics,
} from '../../known/statistics.ts';
import { STATISTICS_FORMAT } from '../../known/statistics.ts';
import { OWN_NAMES } from '../../ledger/layout/own-objects.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Control } from '../control.ts';
import {
  CHECK_DEFINITIONS,
  CONSTRAINTS,
  columnsSql,
  FUNCTIONS,
  indexesSql,
  META,
  relationsSql,
  SIZES,
  TYPES,
  USES,
} from './queries.ts';
import { readStatements } from './read-statements.ts';

/**
 * What the server tells of the database: one READ ONLY transaction over catalogs and counters, which waits for no lock of
 * anybody and opens no table, and two that open those which nobody has locked whole, and give up after 100 ms. `searchPath`: that of the sessions which run migrations, where it is configured. Throws the
 * driver's DatabaseError.
 */
export async function readLiveStatistics(control: Control, searchPath?: string): Promise<Statistics> {
  const { session, server, names } = control;
  const major = Math.floor(server.versionNum / 10_000);
  const params = [names.schema, OWN_NAMES.source];
  const asked = [relationsSql(major), columnsSql(major), CONSTRAINTS, indexesSql(major), TYPES, FUNCTIONS, USES];
  const items = asked.map((sql): BatchItem => ({ sql, params: sql.includes('$1') ? params : [], rows: true }));
  const batch = await session.batch([[...BEGIN, { sql: META, rows: true }, ...items, COMMIT]]);
  const [meta, ...answers] = (batch.results[0] ?? []).slice(BEGIN.length).map(({ rows }) => rows[0]);
  const [relations, columns, constraints, indexes, types, functions, uses] = answers.map(foundIn);
  const definitions = await underBriefLocks(control, CHECK_DEFINITIONS, params);
  const sizes = await underBriefLocks(control, SIZES, params);
  const parts = { relations, columns, constraints, indexes, uses, definitions, sizes } as unknown as Parts;
  const assembled = assemble(parts).filter((one) => !isOurs(one, names.schema));
  return {
    format: STATISTICS_FORMAT,
    serverVersion: server.version,
    versionNum: server.versionNum,
    database: server.database,
    writtenAt: meta?.now ?? '',
    since: meta?.since ?? '',
    searchPath:
      searchPath === undefined ? (JSON.parse(meta?.path ?? '[]') as string[]) : schemasOf(searchPath.split(',')),
    applied: appliedOf(control),
    relations: assembled,
    types: types as TypeStatistics[],
    functions: functions as FunctionStatistics[],
    statements: await readStatements(control, meta?.statements ?? undefined, assembled),
  };
}

/** A sequence of the tracking tables. */
function isOurs({ ownedBy: [schema, table] = ['', '', ''] }: RelationStatistics, trackingSchema: string): boolean {
  return schema === trackingSchema && OWN_NAMES.test(table);
}

const TIMEOUT = { sql: "SET LOCAL statement_timeout = '60s'" };
const BEGIN: readonly BatchItem[] = [{ sql: 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY' }, TIMEOUT];
const COMMIT: BatchItem = { sql: 'COMMIT' };

function foundIn(row: Row | undefined): unknown {
  return JSON.parse(row?.found ?? '[]');
}

/** By OID. A table may be locked in the very moment: then all are missing. */
async function underBriefLocks({ session }: Control, sql: string, params: readonly string[]): Promise<unknown> {
  const batch = await session.runBatch([[{ sql: "SET LOCAL lock_timeout = '100ms'" }, { sql, params, rows: true }]]);
  return batch.failure ? {} : foundIn(batch.results[0]?.[1]?.rows[0]);
}

function appliedOf({ ledger }: Control): AppliedVersion[] {
  return ledger.entries.filter(inForce).map(({ version, checksum }) => ({ version, checksum }));
}

type Of<Statistic> = Statistic & { readonly relation: string };

interface Use {
  readonly view?: string;
  readonly function?: NamePair;
  readonly relation: string;
  readonly columns?: readonly string[];
}

type Head = Omit<RelationStatistics, 'columns' | 'constraints' | 'indexes'> & { readonly oid: string };

interface Parts {
  readonly relations: readonly Head[];
  readonly columns: readonly Of<ColumnStatistics & { readonly at: number }>[];
  readonly constraints: readonly Of<ConstraintStatistics & { readonly oid: string }>[];
  readonly indexes: readonly Of<IndexStatistics>[];
  readonly uses: readonly Use[];
  /** By the OID of the constraint. */
  readonly definitions: Readonly<Record<string, string>>;
  /** Bytes, by the OID of the relation. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Each relation with what belongs to it, in the order of names. */
function assemble(parts: Parts): RelationStatistics[] {
  const columns = groupsOf(
    [...parts.columns].sort((a, b) => a.at - b.at),
    ({ relation }) => relation,
  );
  const constraints = groupsOf(parts.constraints, ({ relation }) => relation);
  const indexes = groupsOf(parts.indexes, ({ relation }) => relation);
  const names = new Map(parts.relations.map(({ oid, schema, name }) => [oid, [schema, name] as const]));
  const reading = groupsOf(parts.uses, ({ view }) => view);
  const functions = groupsOf(
    parts.uses.filter((use) => use.function),
    ({ relation }) => relation,
  );
  const made = parts.relations.map(
    ({ oid, ...head }): RelationStatistics => ({
      ...head,
      ...sizeOf(parts.sizes[oid]),
      columns: (columns.get(oid) ?? []).map(({ relation: _, at: __, ...one }) => one),
      constraints: byName((constraints.get(oid) ?? []).map((one) => withDefinition(one, parts.definitions))),
      indexes: byName((indexes.get(oid) ?? []).map(({ relation: _, ...one }) => one)),
      ...readsOf(reading.get(oid) ?? [], names),
      ...functionsOf(functions.get(oid) ?? []),
    }),
  );
  return made.sort((a, b) => (a.schema + a.name < b.schema + b.name ? -1 : 1));
}

function sizeOf(bytes: number | undefined) {
  return bytes === undefined ? {} : { bytes };
}

function groupsOf<One>(list: readonly One[], keyOf: (one: One) => string | undefined): Map<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of list) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}

function byName<One extends { readonly name: string }>(list: readonly One[]): One[] {
  return [...list].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function withDefinition(
  { relation: _, oid, ...one }: Of<ConstraintStatistics & { readonly oid: string }>,
  definitions: Parts['definitions'],
): ConstraintStatistics {
  const definition = definitions[oid];
  return definition === undefined ? one : { ...one, definition };
}

function readsOf(uses: readonly Use[], names: ReadonlyMap<string, NamePair>) {
  if (uses.length === 0) return {};
  const reads = uses.flatMap(({ relation }) => {
    const name = names.get(relation);
    return name ? [name] : [];
  });
  return { reads, mentions: [...new Set(uses.flatMap(({ columns = [] }) => columns))] };
}

function functionsOf(uses: readonly Use[]) {
  return uses.length === 0 ? {} : { functions: uses.map((use) => use.function!) };
}
