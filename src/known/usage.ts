import { displayIdentifier } from '../sql/quote.ts';
import type { IndexStatistics, NamePair, RelationStatistics, StatementStatistics, Statistics } from './statistics.ts';
import type { RelationName } from './table.ts';

/** A sign that somebody still uses a relation or a column. */
export interface Usage {
  readonly by: 'statements' | 'scans' | 'view' | 'function';
  /** The end of a sentence about it: `the view open_orders reads it`. */
  readonly words: string;
  /** The view or function. */
  readonly of?: RelationName;
}

/**
 * Who uses a relation, or one of its columns, as far as the statistics of a server show; the strongest sign first. Empty: nobody
 * did, as long as it was watched. Undefined: there is no sign, and it cannot be known.
 */
export function usageOf(statistics: Statistics, name: RelationName, column?: string): Usage[] | undefined {
  const relation = statistics.relations.find((one) => one.schema === name.schema && one.name === name.name);
  const signs = relation && signsOf(statistics, relation, column);
  if (signs && signs.length > 0) return signs;
  return relation && wasWatched(statistics, relation, column) ? [] : undefined;
}

const DAY_MS = 86_400_000;

/**
 * For a day at least. That nobody names a column, or a relation that has no counters, is told by statements alone, and only by
 * all of them.
 */
function wasWatched(statistics: Statistics, relation: RelationStatistics, column: string | undefined): boolean {
  const isLong = (from: string) => Date.parse(statistics.writtenAt) - Date.parse(from) >= DAY_MS;
  if (column === undefined && isCounted(statistics, relation)) return isLong(statistics.since);
  const { statements } = statistics;
  if (statements?.since == null || statements.track !== 'all') return false;
  return statements.hidden === 0 && statements.evicted === 0 && isLong(statements.since);
}

/** The server counts scans of tables and materialized views alone (measured: nothing of views, foreign and partitioned tables). */
const COUNTED: ReadonlySet<RelationStatistics['kind']> = new Set(['table', 'materialized view']);

function isCounted(statistics: Statistics, relation: RelationStatistics): boolean {
  const leaves = leavesOf(statistics, relation);
  return leaves.length > 0 && leaves.every(({ kind }) => COUNTED.has(kind));
}

/** Those that have the rows: all partitions of a partitioned table, else itself. */
function leavesOf(statistics: Statistics, relation: RelationStatistics): RelationStatistics[] {
  if (relation.kind !== 'partitioned table') return [relation];
  const own = statistics.relations.filter(({ partitionOf }) => partitionOf && isPair(partitionOf, relation));
  return own.flatMap((one) => leavesOf(statistics, one));
}

function signsOf(statistics: Statistics, relation: RelationStatistics, column: string | undefined): Usage[] {
  return [
    ...byStatements(statistics, relation, column),
    ...(column === undefined ? byScans(statistics, relation) : byIndexScans(statistics, relation, column)),
    ...byViews(statistics, relation, column),
    ...(column === undefined ? byFunctions(relation) : []),
  ];
}

function byStatements({ statements }: Statistics, relation: RelationStatistics, column: string | undefined): Usage[] {
  const naming = (statements?.list ?? []).filter((one) => one.tables.some((table) => isPair(table, relation)));
  const exact = column === undefined ? naming : naming.filter((one) => one.columns.includes(column));
  const found = exact.length > 0 ? exact : naming.filter((one) => one.columns.includes('*'));
  const [first] = found;
  if (!first) return [];
  const calls = sum(found, (one) => one.calls);
  const since = statements?.since ? ` since ${dayOf(statements.since)}` : '';
  const what = exact.length > 0 ? 'name it' : 'read all columns';
  return [
    { by: 'statements', words: `${times(calls, 'call')}${since} of statements that ${what}, e.g. ${example(first)}` },
  ];
}

const EXAMPLE_MAX = 80;

function example({ text }: StatementStatistics): string {
  const characters = [...text];
  return characters.length > EXAMPLE_MAX ? `${characters.slice(0, EXAMPLE_MAX - 1).join('')}…` : text;
}

function byScans(statistics: Statistics, relation: RelationStatistics): Usage[] {
  const leaves = leavesOf(statistics, relation);
  const scans = sum(leaves, (one) => (one.sequentialScans ?? 0) + (one.indexScans ?? 0));
  const changes = sum(leaves, (one) => (one.rowsInserted ?? 0) + (one.rowsUpdated ?? 0) + (one.rowsDeleted ?? 0));
  if (scans + changes === 0) return [];
  const since = dayOf(statistics.since);
  const [last] = leaves.flatMap(({ lastScan }) => lastScan ?? []).sort((a, b) => (a < b ? 1 : -1));
  const read = last === undefined ? '' : `, read last on ${dayOf(last)}`;
  const words = `${times(scans, 'scan')} and ${times(changes, 'changed row')} since ${since}${read}`;
  return [{ by: 'scans', words }];
}

function sum<One>(list: readonly One[], of: (one: One) => number): number {
  return list.reduce((total, one) => total + of(one), 0);
}

/** An index that has the column says that queries filter or sort by it. */
function byIndexScans(statistics: Statistics, relation: RelationStatistics, column: string): Usage[] {
  const indexes = leavesOf(statistics, relation).flatMap((one) => one.indexes);
  const has = ({ columns, mentions = [] }: IndexStatistics) => columns[0] === column || mentions.includes(column);
  const [used] = indexes.filter((one) => has(one) && one.scans > 0).sort((a, b) => b.scans - a.scans);
  if (!used) return [];
  const words = `${times(used.scans, 'scan')} of the index ${displayIdentifier(used.name)} on it since ${dayOf(statistics.since)}`;
  return [{ by: 'scans', words }];
}

function byViews({ relations }: Statistics, relation: RelationStatistics, column: string | undefined): Usage[] {
  return relations
    .filter(({ reads = [], mentions = [] }) => {
      const isReader = reads.some((one) => isPair(one, relation));
      return isReader && (column === undefined || mentions.includes(column));
    })
    .map(({ kind, schema, name }) => ({
      by: 'view',
      words: `the ${kind} ${shown([schema, name])} reads it`,
      of: { schema, name },
    }));
}

function byFunctions({ functions = [] }: RelationStatistics): Usage[] {
  return functions.map(([schema, name]) => ({
    by: 'function',
    words: `the function ${shown([schema, name])} depends on it`,
    of: { schema, name },
  }));
}

function isPair([schema, name]: NamePair, one: RelationStatistics): boolean {
  return one.name === name && one.schema === schema;
}

function shown([schema, name]: NamePair): string {
  return schema === 'public' ? displayIdentifier(name) : [schema, name].map(displayIdentifier).join('.');
}

/** `1,204 scans` */
function times(amount: number, what: string): string {
  const digits = String(amount).replace(/(?<=\d)(?=(\d{3})+$)/g, ',');
  return `${digits} ${what}${amount === 1 ? '' : 's'}`;
}

const dayOf = (time: string) => time.slice(0, 10);
