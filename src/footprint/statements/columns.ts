import type { RelationName } from '../../known/table.ts';
import { nameOf } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import { markDefault } from '../labels.ts';
import type { Marks } from '../marks.ts';
import { knownRelationPath, memberPath } from '../paths.ts';
import { markReads, markSchemaObject, markType } from '../reads.ts';
import { markConstraintReads } from './constraints.ts';

/** What the definition of a column needs. */
export function markColumnNeeds(marks: Marks, table: RelationName, definition: Fields<'ColumnDef'>): void {
  const { typeName, collClause, constraints, raw_default, colname = '' } = definition;
  const column = memberPath(knownRelationPath(marks.after, table), 'columns', colname);
  marks.dependent(column, () => {
    markType(marks, typeName);
    markSchemaObject(marks, 'collation', nameOf(collClause?.collname));
  });
  marks.dependent(memberPath(column, 'settings', 'default'), () => {
    markReads(marks, raw_default);
    markDefault(marks, typeName, raw_default);
  });
  for (const constraint of all('Constraint', constraints)) {
    markDefault(marks, typeName, constraint.contype === 'CONSTR_DEFAULT' ? constraint.raw_expr : undefined);
    markConstraintReads(marks, table, constraint, colname);
  }
}
