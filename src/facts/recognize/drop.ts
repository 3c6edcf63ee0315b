import type { KnownTable } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, namesOf } from '../../syntax/names.ts';
import { as, type Fields, type Node } from '../../syntax/tree.ts';
import type { FormId, FormUse } from '../form.ts';
import { referencedBy, referencingOf } from './roles.ts';
import { tablesOfType } from './types.ts';
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
      const id = statement.behavior === 'DROP_CASCADE' ? 'drop-function-cascade' : 'drop-function';
      return use(context, id, undefined, { part: name?.name });
    });
  }
  if (type === 'OBJECT_SCHEMA')
    return objects.flatMap((object) => schemaUse(context, as('String', object)?.sval ?? ''));
  if (type === 'OBJECT_TYPE' || type === 'OBJECT_DOMAIN')
    return objects.flatMap((one) => typeUse(context, statement, one));
  return namesOf(objects).flatMap((name) => relationUse(context, statement, name) ?? []);
}

/** Without CASCADE a schema has to be empty, and is then nobody's. */
function schemaUse(context: Context, schema: string): FormUse {
  const relations = [...context.known.tables()].map((table) => table.name).filter((name) => name.schema === schema);
  const names: Named = relations.length > 0 ? { 'relations in it': relations } : {};
  return use(context, 'drop-schema', undefined, { part: schema, names });
}

/** CASCADE drops columns of the type; without it no column may have it. */
function typeUse(context: Context, { behavior }: Drop, object: Node): FormUse[] {
  const name = nameOf(as('TypeName', object)?.names);
  if (!name || behavior !== 'DROP_CASCADE') return [];
  return [
    use(context, 'drop-type', undefined, {
      part: name.name,
      names: { 'tables using it': tablesOfType(context, name) },
    }),
  ];
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
    case 'OBJECT_SEQUENCE':
      return sequenceUse(context, statement, name);
    case 'OBJECT_STATISTIC_EXT':
      return use(context, 'drop-statistics', undefined, { part: name.name });
    default:
      return undefined;
  }
}

/** CASCADE drops the defaults that use it; of whom it is owned is known, who else uses it is not. */
function sequenceUse(context: Context, { behavior }: Drop, name: QualifiedName): FormUse {
  const owner = context.known.table(name)?.ownedBy?.table;
  if (behavior !== 'DROP_CASCADE') return use(context, 'drop-sequence', name, { names: { 'tables using it': [] } });
  return use(context, 'drop-sequence', name, { names: owner ? { 'tables using it': [owner] } : {} });
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
