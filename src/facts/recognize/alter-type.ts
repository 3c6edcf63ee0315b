import type { KnownColumn, KnownTable, KnownType } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as, type Fields, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { FormId, FormUse } from '../form.ts';
import { indexesOf, referencedBy, referencingOf } from './roles.ts';
import { typeChange } from './type-change.ts';
import { isBuiltIn, isConstrained, typeOf } from './types.ts';
import { type Context, type Details, type Named, use } from './use.ts';

type Column = Fields<'ColumnDef'>;

/** ALTER COLUMN ... TYPE, by the column's type and by what uses it. */
export function alterTypeUse(
  context: Context,
  target: QualifiedName | undefined,
  name: string,
  to: Column,
  details: Details,
): FormUse {
  const table = context.known.table(target);
  const id = formOfChange(context, table, name, to);
  return use(context, id, target, {
    ...details,
    part: name,
    location: to.location,
    names: table ? partners(context, table, name, id) : {},
    uncertain: id === 'alter-column-type-unknown',
  });
}

function formOfChange(context: Context, table: KnownTable | undefined, name: string, to: Column): FormId {
  const column = table?.columns.get(name);
  const [from, type] = [column?.type, typeOf(to.typeName)];
  if (!type || usesOther(name, type, to.raw_default)) return 'alter-column-type-rewrite';
  const change = from ? changeOf(context, from, type) : undefined;
  if (!table || !column || change === undefined) return decidedByTarget(type);
  if (change === 'rewrite') return 'alter-column-type-rewrite';
  if (change === 'time zone') return 'alter-column-type-time-zone';
  const compared = isComparedAlike(column.type, type) && !hasOtherCollation(column, to);
  if (!compared && indexesOf(table, name).length > 0) return 'alter-column-type-reindexed';
  return isChecked(table, name) ? 'alter-column-type-checked' : 'alter-column-type-kept';
}

/** To a domain: as to the type below it, and its constraints are checked by rewriting. Undefined: a type that is not known. */
function changeOf({ known }: Context, from: KnownType, to: KnownType): ReturnType<typeof typeChange> | undefined {
  if (isBuiltIn(to) || to.name === from.name) return typeChange(from, to);
  const domain = known.domain(qualified(to.name));
  if (domain) return isConstrained(domain) ? 'rewrite' : typeChange(from, domain.base);
  return known.enum(qualified(to.name)) ? 'rewrite' : undefined;
}

function qualified(name: string): QualifiedName {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? { name } : { schema: name.slice(0, dot), name: name.slice(dot + 1) };
}

/** No type is stored like these, and no length of them can be widened. */
const ALWAYS_WRITTEN = ['json', 'jsonb', 'bpchar', 'bit', 'uuid', 'bool', 'bytea', 'date', 'money', 'int2', 'float4'];

/** Without the column's own type: some targets leave no choice, unless the type is the same already. */
function decidedByTarget({ name }: KnownType): FormId {
  return ALWAYS_WRITTEN.includes(name) ? 'alter-column-type-rewrite' : 'alter-column-type-unknown';
}

/** USING with anything but the column itself, or its cast to the new type, computes every value. */
function usesOther(name: string, to: KnownType, using: Node | undefined): boolean {
  if (!using) return false;
  const cast = as('TypeCast', using);
  const castTo = cast && typeOf(cast.typeName);
  if (castTo && (castTo.name !== to.name || castTo.modifiers.join() !== to.modifiers.join())) return true;
  const column = as('ColumnRef', cast ? cast.arg : using);
  return stringsOf(column?.fields).at(-1) !== name;
}

/** Whether indexes keep their operators. What is a domain is compared as the type below it. */
function isComparedAlike(from: KnownType | undefined, to: KnownType): boolean {
  if (!from || from.name === to.name || !isBuiltIn(to)) return true;
  return ALIKE.some((types) => types.includes(from.name) && types.includes(to.name));
}

const ALIKE = [
  ['text', 'varchar'],
  ['cidr', 'inet'],
];

/** Without COLLATE a column gets the collation of its new type. */
function hasOtherCollation({ collation }: KnownColumn, { collClause }: Column): boolean {
  const to = stringsOf(collClause?.collname).at(-1) ?? 'default';
  return to !== unqualifiedCollation(collation ?? 'default');
}

function unqualifiedCollation(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replaceAll('"', '');
}

function isChecked({ constraints }: KnownTable, column: string): boolean {
  return [...constraints.values()].some(
    ({ type, columns, expression, definition }) =>
      type === 'check' &&
      (columns.includes(column) || mentions(expression, column) || wordsOf(definition).includes(column)),
  );
}

function mentions(expression: Node | undefined, column: string): boolean {
  return [...nodesOf('ColumnRef', expression)].some(({ fields }) => stringsOf(fields).at(-1) === column);
}

function wordsOf(sql = ''): string[] {
  return sql.match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

function partners({ known }: Context, table: KnownTable, column: string, id: FormId): Named {
  const peers = {
    'referenced table': referencedBy(table, column),
    'referencing tables': referencingOf(known, table, column),
  };
  const all = id === 'alter-column-type-rewrite' || id === 'alter-column-type-time-zone';
  return { ...peers, indexes: indexesOf(table, all || id === 'alter-column-type-unknown' ? undefined : column) };
}
