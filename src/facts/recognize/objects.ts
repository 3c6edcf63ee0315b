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
