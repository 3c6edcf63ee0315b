import { displayIdentifier } from '../sql/quote.ts';
import type { IndexStatistics, NamePair, RelationStatistics, StatementStatistics, Statistics } from './statistics.ts';
import type { RelationName } from './table.ts';

/** A sign that somebody still uses a relation or a column. */
export interface Usage {
  readonly by: 'statements' | 'scans' | 'view' | 'function';
  /** The end of a sentence about it: `the view open_orders reads it`. */
  readonly words: string;
}

/** Who uses a relation, or one of its columns, as far as the statistics of a server show; the strongest sign first. */
export function usageOf(statistics: Statistics, name: RelationName, column?: string): Usage[] {
  const relation = statistics.relations.find((one) => one.schema === name.schema && one.name === name.name);
  if (!relation) return [];
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
    .map(({ kind, schema, name }) => ({ by: 'view', words: `the ${kind} ${shown([schema, name])} reads it` }));
}

function byFunctions({ functions = [] }: RelationStatistics): Usage[] {
  return functions.map((one) => ({ by: 'function', words: `the function ${shown(one)} depends on it` }));
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
