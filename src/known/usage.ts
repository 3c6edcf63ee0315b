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
  return relation && wasWatched(statistics, column) ? [] : undefined;
}

const DAY_MS = 86_400_000;

/** For a day at least. That nobody names a column is told by statements alone, and only by all of them. */
function wasWatched({ writtenAt, since, statements }: Statistics, column: string | undefined): boolean {
  const isLong = (from: string) => Date.parse(writtenAt) - Date.parse(from) >= DAY_MS;
  if (column === undefined) return isLong(since);
  return statements?.since != null && statements.hidden === 0 && statements.evicted === 0 && isLong(statements.since);
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
  const calls = found.reduce((sum, one) => sum + one.calls, 0);
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

function byScans({ since }: Statistics, relation: RelationStatistics): Usage[] {
  const scans = (relation.sequentialScans ?? 0) + (relation.indexScans ?? 0);
  const changes = (relation.rowsInserted ?? 0) + (relation.rowsUpdated ?? 0) + (relation.rowsDeleted ?? 0);
  if (scans + changes === 0) return [];
  const last = relation.lastScan === undefined ? '' : `, read last on ${dayOf(relation.lastScan)}`;
  const words = `${times(scans, 'scan')} and ${times(changes, 'changed row')} since ${dayOf(since)}${last}`;
  return [{ by: 'scans', words }];
}

/** An index that has the column says that queries filter or sort by it. */
function byIndexScans({ since }: Statistics, { indexes }: RelationStatistics, column: string): Usage[] {
  const has = ({ columns, mentions = [] }: IndexStatistics) => columns[0] === column || mentions.includes(column);
  const [used] = indexes.filter((one) => has(one) && one.scans > 0).sort((a, b) => b.scans - a.scans);
  if (!used) return [];
  const words = `${times(used.scans, 'scan')} of the index ${displayIdentifier(used.name)} on it since ${dayOf(since)}`;
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
