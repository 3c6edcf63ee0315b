import { stringsOf } from '../syntax/names.ts';
import { as, type Fields, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';

/** Names of columns that an expression mentions, each once; of `t.column` the column, `*` for all of them. */
export function mentionedColumns(value: unknown): string[] {
  return [...new Set(nodesOf('ColumnRef', value).map(columnOf))];
}

/** The column of a reference: `t.a` is a. */
function columnOf({ fields = [] }: Fields<'ColumnRef'>): string {
  const last = fields.at(-1);
  return as('A_Star', last) ? '*' : (as('String', last)?.sval ?? '*');
}

/** A part of a tree without the places where it stands, so that two that say the same are equal as JSON. */
export function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key]) => !PLACES.has(key));
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutPlaces(one)]));
}

const PLACES: ReadonlySet<string> = new Set('location list_start list_end rexpr_list_start rexpr_list_end'.split(' '));

/** The same expression with a column by its new name. */
export function renamedColumn(expression: Node | undefined, from: string, to: string): Node | undefined {
  return expression && mentionedColumns(expression).includes(from)
    ? (copyRenamed(expression, from, to) as Node)
    : expression;
}

function copyRenamed(value: unknown, from: string, to: string): unknown {
  if (Array.isArray(value)) return value.map((one) => copyRenamed(one, from, to));
  if (value === null || typeof value !== 'object') return value;
  const reference = as('ColumnRef', value as Node);
  if (reference && stringsOf(reference.fields).at(-1) === from)
    return { ColumnRef: { ...reference, fields: [...reference.fields!.slice(0, -1), { String: { sval: to } }] } };
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copyRenamed(one, from, to)]));
}

/** The relations that a query reads, without the names that it makes itself (WITH). */
export function* relationsRead(query: unknown): Generator<Fields<'RangeVar'>> {
  const own = new Set(nodesOf('CommonTableExpr', query).map(({ ctename }) => ctename));
  for (const relation of nodesOf('RangeVar', query))
    if (relation.schemaname !== undefined || !own.has(relation.relname)) yield relation;
}
