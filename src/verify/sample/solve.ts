import { quoteIdentifier } from '../../sql/quote.ts';
import { candidatesOf } from './candidates.ts';
import type { SampleColumn, SampleCondition, SampleTable } from './table.ts';
import { castTo, withoutDomain } from './value.ts';

/** Columns that conditions bind together, with the query that finds values for them. */
export interface Search {
  readonly columns: readonly SampleColumn[];
  /** Gives rows of as many texts, `v0`, `v1` and so on, each of them values that fulfil every condition. */
  readonly sql: string;
}

/** So many combinations are tried, and so many of them that fit are taken. */
const TRIED_MAX = 20_000;
const TAKEN_MAX = 60;

/** What must be looked for: conditions on columns that depend on each other go together, all others apart. */
export function searchesOf(table: SampleTable): Search[] {
  const conditions = [...table.conditions, ...table.columns.flatMap(domainConditions)];
  return groupsOf(conditions).map((group) => searchFor(table, group));
}

/** A domain's conditions as conditions on the column: VALUE reads as the name of a column. */
function domainConditions({ name, type, generated }: SampleColumn): SampleCondition[] {
  if (generated || type.kind !== 'domain') return [];
  const [base] = type.parts;
  const inner = base ? domainConditions({ name, type: base, generated } as SampleColumn) : [];
  const own = type.conditions.map((condition) => ({
    sql: `(SELECT ${condition} FROM (SELECT ${quoteIdentifier(name)} AS value) AS one)`,
    columns: [name],
  }));
  return [...inner, ...own];
}

/** Conditions that share columns, directly or through others. */
function groupsOf(conditions: readonly SampleCondition[]): SampleCondition[][] {
  let groups: SampleCondition[][] = [];
  for (const condition of conditions.filter(({ columns }) => columns.length > 0)) {
    const shares = (group: SampleCondition[]) =>
      group.some(({ columns }) => columns.some((name) => condition.columns.includes(name)));
    groups = [...groups.filter((group) => !shares(group)), [...groups.filter(shares).flat(), condition]];
  }
  return groups;
}

function searchFor(table: SampleTable, conditions: readonly SampleCondition[]): Search {
  const names = new Set(conditions.flatMap(({ columns }) => columns));
  const columns = table.columns.filter(({ name }) => names.has(name));
  const most = Math.max(2, Math.floor(TRIED_MAX ** (1 / Math.max(1, columns.length))));
  const sources = columns.map((column, i) => {
    const about = conditions.filter((one) => one.columns.includes(column.name)).map(({ sql }) => sql);
    const values = [...candidatesOf(column.type, about).slice(0, most - 1), `NULL::${withoutDomain(column.type).sql}`];
    const rows = (column.nullable ? values : values.slice(0, -1)).map((value) => `(${value})`);
    return `(VALUES ${rows.join(', ')}) AS c${i}(${quoteIdentifier(column.name)})`;
  });
  const taken = columns.map(({ name }, i) => `${quoteIdentifier(name)}::text AS v${i}`);
  const holds = conditions.map(({ sql }) => `(${sql}) IS NOT FALSE`);
  const sql = `SELECT ${taken.join(', ')} FROM ${sources.join(' CROSS JOIN ')} WHERE ${holds.join(' AND ')} LIMIT ${TAKEN_MAX}`;
  return { columns, sql };
}

/** The n-th of the found combinations as SQL values by column: far from the others, so that their values differ. */
export function foundValues({ columns }: Search, rows: readonly (readonly (string | null)[])[], n: number) {
  const full = rows.filter((row) => row.every((value) => value !== null));
  const usable = full.length > 0 ? full : rows;
  const row = usable[pick(usable, n)];
  return new Map(
    columns.map((column, i) => {
      const value = row?.[i];
      return [column.name, value == null ? 'NULL' : castTo(value, column.type)] as const;
    }),
  );
}

/** The n-th row of which no value is in any row that was picked before; as many as there are of them, in turn. */
function pick(rows: readonly (readonly (string | null)[])[], n: number): number {
  const seen = new Set<string>();
  const picked: number[] = [];
  rows.forEach((row, at) => {
    const values = row.map((value, i) => `${i} ${value}`);
    if (values.some((value) => seen.has(value))) return;
    for (const value of values) seen.add(value);
    picked.push(at);
  });
  return picked.length >= 3 ? picked[(n - 1) % picked.length]! : spread(rows.length, n);
}

function spread(length: number, n: number): number {
  return length === 0 ? 0 : ((n - 1) * Math.max(1, Math.floor(length / 6))) % length;
}
