import type { Known } from '../../known/known.ts';
import type { KnownColumn, KnownTable, KnownType } from '../../known/table.ts';
import { hasDomainConstraint, qualifiedName, sameType, typeOf } from '../../known/types.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as, type Fields, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { FormId, FormUse } from '../form.ts';
import { hasColumn, indexesOf, referencedBy, referencingOf, sequencesOf } from './roles.ts';
import { type TypeChange, typeChange } from './type-change.ts';
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

function formOfChange({ known }: Context, table: KnownTable | undefined, name: string, to: Column): FormId {
  const column = table?.columns.get(name);
  const from = column?.type;
  const type = to.typeName && typeOf(known, to.typeName);
  if (!type || usesOther(known, name, type, to.raw_default)) return 'alter-column-type-rewrite';
  const change = from && changeOf(known, from, type);
  if (!table || !column || change === undefined) return decidedByTarget(type);
  if (change === 'rewrite') return 'alter-column-type-rewrite';
  if (change === 'time zone') return 'alter-column-type-time-zone';
  if (isReindexed(table, column, to, type)) return 'alter-column-type-reindexed';
  return isChecked(table, name) ? 'alter-column-type-checked' : 'alter-column-type-kept';
}

/** A domain is stored as the type below it; its constraints are checked by rewriting. Undefined: a type that is not known. */
function changeOf(known: Known, from: KnownType, to: KnownType): TypeChange | undefined {
  if (from.name === to.name) return typeChange(from, to);
  const [below, base] = [baseOf(known, from), baseOf(known, to)];
  if (hasDomainConstraint(known, to) === undefined && !isOfExtension(to)) return undefined;
  return hasDomainConstraint(known, to) ? 'rewrite' : typeChange(below, base);
}

function baseOf(known: Known, type: KnownType): KnownType {
  const { schema, name } = qualifiedName(type.name);
  const domain = known.domain(schema === undefined ? { name } : { schema, name });
  return domain && !type.array ? baseOf(known, domain.base) : type;
}

/** Types that are no domains, of extensions that people use. */
function isOfExtension({ name }: KnownType): boolean {
  return ['citext', 'hstore', 'ltree', 'geometry', 'geography', 'vector'].includes(qualifiedName(name).name);
}

/** No type is stored like these, and no length of them can be widened. */
const ALWAYS_WRITTEN = ['json', 'jsonb', 'bpchar', 'bit', 'uuid', 'bool', 'bytea', 'date', 'money', 'int2', 'float4'];

/** Without the column's own type: some targets leave no choice, unless the type is the same already. */
function decidedByTarget({ name }: KnownType): FormId {
  return ALWAYS_WRITTEN.includes(name) ? 'alter-column-type-rewrite' : 'alter-column-type-unknown';
}

/** USING with anything but the column itself, or its cast to the new type, computes every value. */
function usesOther(known: Known, name: string, to: KnownType, using: Node | undefined): boolean {
  if (!using) return false;
  const cast = as('TypeCast', using);
  if (cast?.typeName && !sameType(typeOf(known, cast.typeName), to)) return true;
  const column = as('ColumnRef', cast ? cast.arg : using);
  return stringsOf(column?.fields).at(-1) !== name;
}

/** Whether an index has to be built again: other operators or another collation, or it has an expression or a predicate. */
function isReindexed(table: KnownTable, column: KnownColumn, to: Column, type: KnownType): boolean {
  const using = [...table.indexes.values()].filter((index) => hasColumn(index, column.name));
  if (using.some(({ mentions }) => mentions.includes(column.name) || mentions.includes('*'))) return true;
  return using.length > 0 && (hasOtherCollation(column, to) || !isComparedAlike(column.type?.name ?? '', type.name));
}

/** What is a domain is compared as the type below it. */
function isComparedAlike(from: string, to: string): boolean {
  if (from === to || !OF_THEIR_OWN.includes(unqualified(to))) return true;
  return ALIKE.some((types) => types.includes(from) && types.includes(to));
}

/** Binary coercible types that have operators of their own. */
const OF_THEIR_OWN = ['citext', 'oid', 'int4', 'varbit', 'text', 'varchar', 'inet'];

const ALIKE = [
  ['text', 'varchar'],
  ['cidr', 'inet'],
];

/** Without COLLATE a column gets the collation of its new type. */
function hasOtherCollation({ collation }: KnownColumn, { collClause }: Column): boolean {
  const to = stringsOf(collClause?.collname).at(-1) ?? 'default';
  return to !== unqualified(collation ?? 'default');
}

function unqualified(name: string): string {
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
  return nodesOf('ColumnRef', expression).some(({ fields }) => stringsOf(fields).at(-1) === column);
}

function wordsOf(sql = ''): string[] {
  return sql.match(/[\p{L}\p{N}_$]+/gu) ?? [];
}

function partners({ known }: Context, table: KnownTable, column: string, id: FormId): Named {
  const peers = {
    'referenced table': referencedBy(table, column),
    'referencing tables': referencingOf(known, table, column),
    sequence: table.columns.get(column)?.identity ? sequencesOf(known, table, column) : [],
  };
  const all = id === 'alter-column-type-rewrite' || id === 'alter-column-type-time-zone';
  return { ...peers, indexes: indexesOf(table, all || id === 'alter-column-type-unknown' ? undefined : column) };
}
