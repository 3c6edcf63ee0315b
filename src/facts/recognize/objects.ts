import type { KnownTable } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf, relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import { type FormId, type FormUse, LOCK_MODES } from '../form.ts';
import { type Context, use } from './use.ts';

/** CREATE TRIGGER, CREATE POLICY, CREATE RULE and their like: what belongs to one table. */
export function ofTable(
  context: Context,
  id: FormId,
  relation: Fields<'RangeVar'> | undefined,
  part: string | undefined,
): FormUse[] {
  return [use(context, id, relationName(relation), { part, location: relation?.location })];
}

/** COMMENT ON: only what belongs to relations takes locks that others notice. */
export function commentUses(context: Context, { objtype, object }: Fields<'CommentStmt'>): FormUse[] {
  const items = as('List', object)?.items;
  if (!items || !objtype) return [];
  if (objtype === 'OBJECT_COLUMN') {
    return [use(context, 'comment', nameOf(items.slice(0, -1)), { part: nameOf(items.slice(-1))?.name })];
  }
  return COMMENTED.includes(objtype) ? [use(context, 'comment', nameOf(items))] : [];
}

const COMMENTED = [
  'OBJECT_TABLE',
  'OBJECT_INDEX',
  'OBJECT_VIEW',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_FOREIGN_TABLE',
];

export function publicationUses(
  context: Context,
  objects: Fields<'CreatePublicationStmt'>['pubobjects'],
  part: string | undefined,
): FormUse[] {
  const tables = all('PublicationObjSpec', objects).flatMap(({ pubtable }) => pubtable?.relation ?? []);
  return tables.map((relation) =>
    use(context, 'publication-table', relationName(relation), { part, location: relation.location }),
  );
}

export function grantUses(context: Context, { objtype, targtype, objects }: Fields<'GrantStmt'>): FormUse[] {
  const onTables = targtype === 'ACL_TARGET_OBJECT' && (objtype === 'OBJECT_TABLE' || objtype === 'OBJECT_SEQUENCE');
  const relations = onTables ? all('RangeVar', objects) : [];
  if (relations.length === 0) return [use(context, 'grant', undefined)];
  return relations.map((relation) => use(context, 'grant', relationName(relation), { location: relation.location }));
}

export function lockUses(context: Context, { relations, mode }: Fields<'LockStmt'>): FormUse[] {
  const lock = LOCK_MODES[(mode ?? LOCK_MODES.length) - 1] ?? 'AccessExclusiveLock';
  return all('RangeVar', relations).map((relation) =>
    use(context, 'lock-table', relationName(relation), {
      lock,
      location: relation.location,
      only: relation.inh !== true,
    }),
  );
}

export function enumUses(context: Context, { typeName, oldVal, newVal }: Fields<'AlterEnumStmt'>): FormUse[] {
  const id = oldVal === undefined ? 'add-enum-value' : 'rename-enum-value';
  return [use(context, id, nameOf(typeName), { part: oldVal ?? newVal })];
}

/** By AlterDomainStmt.subtype; the others (defaults, dropping) look at no table. */
export function domainUses(context: Context, statement: Fields<'AlterDomainStmt'>): FormUse[] {
  const constraint = as('Constraint', statement.def);
  const id = formOfDomain(statement.subtype ?? '', constraint);
  const target = nameOf(statement.typeName);
  if (!id || !target) return [];
  const part = constraint?.conname ?? statement.name;
  const names = { 'tables using it': tablesOfType(context, target) };
  return [use(context, id, target, { part, location: constraint?.location, names })];
}

function formOfDomain(subtype: string, constraint: Fields<'Constraint'> | undefined): FormId | undefined {
  if (subtype === 'V') return 'alter-domain-validate';
  if (subtype === 'O') return 'alter-domain-set-not-null';
  if (subtype !== 'C') return undefined;
  if (constraint?.contype === 'CONSTR_NOTNULL') return 'alter-domain-set-not-null';
  return constraint?.skip_validation ? 'alter-domain-add-check-not-valid' : 'alter-domain-add-check';
}

/** Those of the known tables that have a column of the type; none found says nothing. */
function tablesOfType({ known }: Context, type: QualifiedName): QualifiedName[] | undefined {
  const { schema, name } = known.resolve(type);
  const spellings = [name, `${schema}.${name}`];
  const tables = [...known.tables()].filter((table) => has(table, spellings));
  return tables.length > 0 ? tables.map((table) => table.name) : undefined;
}

function has({ kind, columns }: KnownTable, spellings: readonly string[]): boolean {
  const stores = kind === 'table' || kind === 'partitioned table' || kind === 'materialized view';
  return stores && [...columns.values()].some(({ type }) => type !== undefined && spellings.includes(type.name));
}
