import { relationsRead } from '../../known/expression.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';

/** Relations that a query reads, each once. */
export function tablesIn(query: unknown): QualifiedName[] {
  const names = [...relationsRead(query)].flatMap((relation) => relationName(relation) ?? []);
  return names.filter(
    ({ schema, name }, index) => names.findIndex((one) => one.name === name && one.schema === schema) === index,
  );
}
