import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import type { SampleColumn, SampleForeignKey, SampleTable } from './table.ts';
import { countedValue, sampleValue } from './value.ts';

/**
 * `wide`: the longest and largest values; `plain`: ordinary ones; `sparse`: those, and NULL where that may be; `least`: nothing
 * that need not be there.
 */
export type Style = 'wide' | 'plain' | 'sparse' | 'least';

/** What a row is made of, beside the table itself. */
export interface RowSources {
  /** Foreign keys of the table. */
  readonly foreignKeys: readonly SampleForeignKey[];
  /** Every table, by OID. */
  readonly tables: ReadonlyMap<string, { readonly schema: string; readonly name: string }>;
  /** SQL values for the columns under conditions, for the n-th row; absent where none were found. */
  readonly found: (n: number) => ReadonlyMap<string, string>;
}

/** The statement that adds the n-th row; a string that says why there is none. */
export function insertStatement(
  table: SampleTable,
  n: number,
  style: Style,
  sources: RowSources,
): { readonly sql: string } | string {
  const columns = table.columns.filter(({ generated }) => !generated);
  const values: [SampleColumn, string][] = [];
  for (const column of columns) {
    const value = columnValue(table, column, n, style, sources);
    if (value === 'DEFAULT') continue;
    if (value === 'NULL' && !column.nullable)
      return `no value is known for column ${column.name} of type ${column.type.sql}`;
    values.push([column, value]);
  }
  const into = `INSERT INTO ${quoteQualified(table.schema, table.name)}`;
  const what =
    values.length === 0
      ? 'DEFAULT VALUES'
      : `${listed(values)} VALUES (${values.map(([, value]) => value).join(', ')})`;
  return { sql: `${into} ${what}${table.conflicts ? ' ON CONFLICT DO NOTHING' : ''}` };
}

function listed(values: readonly (readonly [SampleColumn, string])[]): string {
  const names = values.map(([{ name }]) => quoteIdentifier(name)).join(', ');
  return `(${names})${values.some(([{ always }]) => always) ? ' OVERRIDING SYSTEM VALUE' : ''}`;
}

function columnValue(table: SampleTable, column: SampleColumn, n: number, style: Style, sources: RowSources): string {
  const { type, name } = column;
  const found = sources.found(n).get(name);
  const key = sources.foreignKeys.find(({ columns }) => columns.includes(name));
  const isSparse = (style === 'sparse' || style === 'least') && column.nullable;
  if (key && found !== 'NULL') return isSparse ? 'NULL' : referred(table, key, name, n, sources);
  if (found !== undefined) return found;
  if (column.counted) return countedValue(type, n) ?? 'DEFAULT';
  if (style === 'least' && column.hasDefault) return 'DEFAULT';
  if (isSparse) return 'NULL';
  return sampleValue(type, n, style === 'wide') ?? (column.hasDefault ? 'DEFAULT' : 'NULL');
}

/** The value of one of the parent's rows, in turn; a row that must refer to its own table refers to itself. */
function referred(table: SampleTable, key: SampleForeignKey, name: string, n: number, sources: RowSources): string {
  const at = key.columns.indexOf(name);
  const parent = sources.tables.get(key.parent);
  if (key.parent === table.oid && key.required) return ownValue(table, key, at, n, sources);
  if (!parent) return 'NULL';
  const from = quoteQualified(parent.schema, parent.name);
  const wanted = quoteIdentifier(key.parentColumns[at]!);
  const order = key.parentColumns.map((one) => `${quoteIdentifier(one)} DESC`).join(', ');
  const notNull = key.parentColumns.map((one) => `${quoteIdentifier(one)} IS NOT NULL`).join(' AND ');
  return `(SELECT ${wanted} FROM ${from} WHERE ${notNull} ORDER BY ${order} LIMIT 1 OFFSET (SELECT ${n - 1} % greatest(count(*), 1) FROM ${from} WHERE ${notNull}))`;
}

function ownValue(table: SampleTable, key: SampleForeignKey, at: number, n: number, sources: RowSources): string {
  const own = table.columns.find(({ name }) => name === key.parentColumns[at]);
  if (!own || key.columns.includes(own.name)) return 'NULL';
  return columnValue(table, own, n, 'plain', sources);
}
