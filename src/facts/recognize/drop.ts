import type { KnownTable } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, namesOf } from '../../syntax/names.ts';
import { as, type Fields } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { referencedBy, referencingOf } from './roles.ts';
import { type Context, type Named, use } from './use.ts';

type Drop = Fields<'DropStmt'>;

/** DROP: each of the objects that it names. */
export function dropUses(context: Context, statement: Drop): FormUse[] {
  const type = statement.removeType ?? 'OBJECT_ACCESS_METHOD';
  const part = PARTS_OF_TABLES[type];
  if (part) return partUses(context, statement, part);
  const objects = statement.objects ?? [];
  if (type === 'OBJECT_FUNCTION' || type === 'OBJECT_PROCEDURE' || type === 'OBJECT_ROUTINE') {
    return objects.map((object) => {
      const name = nameOf(as('ObjectWithArgs', object)?.objname);
      return use(context, 'drop-function', undefined, { part: name?.name });
    });
  }
  return namesOf(objects).flatMap((name) => relationUse(context, statement, name) ?? []);
}

const PARTS_OF_TABLES: Readonly<Record<string, FormId>> = {
  OBJECT_TRIGGER: 'drop-trigger',
  OBJECT_POLICY: 'drop-policy',
  OBJECT_RULE: 'drop-rule',
};

/** Named as table, then part: the part's own name is the last. */
function partUses(context: Context, { objects = [] }: Drop, id: FormId): FormUse[] {
  return objects.map((object) => {
    const items = as('List', object)?.items ?? [];
    return use(context, id, nameOf(items.slice(0, -1)), { part: nameOf(items.slice(-1))?.name });
  });
}

function relationUse(context: Context, statement: Drop, name: QualifiedName): FormUse | undefined {
  const { removeType, concurrent, behavior } = statement;
  // Without CASCADE it fails where there are any.
  const names: Named = behavior === 'DROP_CASCADE' ? {} : { 'dependent views': [], children: [] };
  switch (removeType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_FOREIGN_TABLE':
      return dropTableUse(context, name, names);
    case 'OBJECT_INDEX':
      return use(context, concurrent ? 'drop-index-concurrently' : 'drop-index', name);
    case 'OBJECT_VIEW':
    case 'OBJECT_MATVIEW':
      return use(context, 'drop-view', name, { names });
    case 'OBJECT_STATISTIC_EXT':
      return use(context, 'drop-statistics', undefined, { part: name.name });
    default:
      return undefined;
  }
}

function dropTableUse(context: Context, name: QualifiedName, names: Named): FormUse {
  const table = context.known.table(name);
  return use(context, table ? formOfTable(context, table) : 'drop-table', name, { names });
}

function formOfTable({ known }: Context, table: KnownTable): FormId {
  if (table.partitionOf) return 'drop-partition';
  const tied = referencedBy(table).length > 0 || referencingOf(known, table).length > 0;
  return tied ? 'drop-table-foreign-key' : 'drop-table';
}
