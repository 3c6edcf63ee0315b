import type { RelationName } from '../../known/table.ts';
import { nameOf } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { markReads, markSchemaObject, markType } from '../reads.ts';
import { markConstraintReads } from './constraints.ts';

/** What the definition of a column needs. */
export function markColumnNeeds(marks: Marks, table: RelationName, definition: Fields<'ColumnDef'>): void {
  const { typeName, collClause, constraints, raw_default } = definition;
  markType(marks, typeName);
  markSchemaObject(marks, 'collation', nameOf(collClause?.collname));
  markReads(marks, raw_default);
  for (const constraint of all('Constraint', constraints)) markConstraintReads(marks, table, constraint);
}
