import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { nodesOf } from '../../syntax/walk.ts';

/** Relations in the FROM clauses of a query, without the names that its WITH clauses make. */
export function tablesIn(query: unknown): QualifiedName[] {
  const made = new Set([...nodesOf('CommonTableExpr', query)].map(({ ctename }) => ctename));
  const names = [...nodesOf('RangeVar', query)].flatMap((relation) => relationName(relation) ?? []);
  return distinctNames(names.filter(({ schema, name }) => schema !== undefined || !made.has(name)));
}

function distinctNames(names: readonly QualifiedName[]): QualifiedName[] {
  return names.filter(
    ({ schema, name }, index) => names.findIndex((one) => one.name === name && one.schema === schema) === index,
  );
}
