/** What a server would tell of the shop: which tables are large, and what is used. */
import { KnownSchema, keyOf } from '../../src/known/schema.ts';
import type { RelationStatistics, StatementStatistics, Statistics } from '../../src/known/statistics.ts';
import type { KnownIndex, KnownTable, TableSize } from '../../src/known/table.ts';
import { typeText } from '../../src/known/types.ts';

export interface Figures {
  /** Tables that are large, and small ones. */
  readonly large?: readonly string[] | undefined;
  readonly small?: readonly string[] | undefined;
  /** Tables, columns (`orders.note`) and indexes that queries use; undefined: nobody has looked. */
  readonly used?: readonly string[] | undefined;
}

const LARGE: TableSize = { rows: 50_000_000, bytes: 20_000_000_000 };
const SMALL: TableSize = { rows: 100, bytes: 65_536 };

/** The schema as a statistics file of a server gives it that has these figures. */
export function withFigures(known: KnownSchema, figures: Figures): KnownSchema {
  const { contents } = known;
  let { tables } = contents;
  for (const table of known.tables()) tables = tables.with(keyOf(table.name), tableWith(table, figures));
  const evidence = figures.used ? statisticsOf(known, figures.used) : undefined;
  return new KnownSchema({ ...contents, tables, evidence });
}

function tableWith({ made: _, ...table }: KnownTable, { large = [], small = [], used = [] }: Figures): KnownTable {
  const size = large.includes(table.name.name) ? LARGE : small.includes(table.name.name) ? SMALL : undefined;
  const indexes = new Map([...table.indexes].map(([name, index]) => [name, indexWith(index, used)]));
  return { ...table, indexes, ...(size ? { size } : {}) };
}

function indexWith({ made: _, ...index }: KnownIndex, used: readonly string[]): KnownIndex {
  return { ...index, scans: used.includes(index.name) ? 1204 : 0 };
}

function statisticsOf(known: KnownSchema, used: readonly string[]): Statistics {
  const relations = [...known.tables()].map((table) => relationOf(table, used));
  return {
    format: 1,
    serverVersion: '18.1',
    versionNum: 180001,
    database: 'shop',
    writtenAt: '2026-11-20T12:00:00.000Z',
    since: '2026-10-01T00:00:00.000Z',
    searchPath: ['public'],
    applied: [],
    relations,
    types: [],
    functions: [],
    statements: {
      since: '2026-10-01T00:00:00.000Z',
      track: 'all',
      hidden: 0,
      evicted: 0,
      list: relations.flatMap((one) => statementOf(one, used)),
    },
  };
}

function relationOf({ name, kind, columns, reads, mentions }: KnownTable, used: readonly string[]): RelationStatistics {
  const scans = used.includes(name.name) ? 1204 : 0;
  return {
    ...name,
    kind,
    columns: [...columns.values()].map((one) => ({ name: one.name, type: one.type ? typeText(one.type) : 'text' })),
    constraints: [],
    indexes: [],
    reads: reads.map((one) => [one.schema, one.name] as const),
    mentions,
    sequentialScans: scans,
    rowsInserted: scans,
  };
}

function statementOf({ schema, name, columns }: RelationStatistics, used: readonly string[]): StatementStatistics[] {
  const named = columns.map((one) => one.name).filter((column) => used.includes(`${name}.${column}`));
  if (named.length === 0) return [];
  return [{ text: `SELECT ${named.join(', ')} FROM ${name}`, calls: 87, tables: [[schema, name]], columns: named }];
}
