import type { GrantTargetType, ObjectType } from '@pgsql/types';
import type { ObjectPath } from '../../graph/object.ts';
import type { RelationKind } from '../../known/table.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { DATABASE, groupPath, knownRelationPath, memberPath, privilegePath, schemaPath } from '../paths.ts';
import { wordOf } from './drop.ts';
import { objectPath } from './object-path.ts';
import { markMember, readRole, readRoles } from './roles.ts';

/** GRANT and REVOKE on objects. */
export function markGrant(marks: Marks, statement: Fields<'GrantStmt'>): void {
  const { targtype, objects = [], objtype, grantees, privileges } = statement;
  const roles = all('RoleSpec', grantees).map(({ rolename }) => rolename ?? 'public');
  readRoles(marks, grantees);
  const paths = objects.flatMap((one) => targets(marks, one, objtype as ObjectType, targtype as GrantTargetType));
  for (const path of paths) {
    marks.reads(path);
    for (const role of roles) markPrivileges(marks, path, role, all('AccessPriv', privileges));
  }
}

/**
 * Each privilege is one of its own, and each column's; of the same one, whoever gives or takes it again stands on nothing. None are
 * all of them.
 */
function markPrivileges(
  marks: Marks,
  path: ObjectPath,
  role: string,
  privileges: readonly Fields<'AccessPriv'>[],
): void {
  if (privileges.length === 0) marks.claims(memberPath(path, 'privileges', role));
  for (const { priv_name: privilege = 'all', cols } of privileges) {
    const columns = stringsOf(cols);
    for (const column of columns) marks.reads(memberPath(path, 'columns', column));
    for (const column of columns.length > 0 ? columns : [undefined])
      marks.claims(privilegePath(path, role, privilege, column));
  }
}

function targets(marks: Marks, object: Node, type: ObjectType, target: GrantTargetType): ObjectPath[] {
  if (target === 'ACL_TARGET_ALL_IN_SCHEMA') return inSchema(marks, as('String', object)?.sval ?? '', type);
  const relation = relationName(as('RangeVar', object));
  if (relation) return [knownRelationPath(marks.before, marks.before.resolve(relation))];
  const path = objectPath(marks, type, object);
  return path ? [path] : [];
}

/** ALL TABLES IN SCHEMA: who makes another one there has to come after it. */
function inSchema(marks: Marks, schema: string, type: ObjectType): ObjectPath[] {
  marks.readsAll(schemaPath(schema), true);
  const isMeant = (kind: RelationKind) =>
    type === 'OBJECT_SEQUENCE' ? kind === 'sequence' : type === 'OBJECT_TABLE' && kind !== 'sequence';
  return [...marks.before.tables()]
    .filter(({ name, kind }) => name.schema === schema && isMeant(kind))
    .map(({ name }) => knownRelationPath(marks.before, name));
}

/** GRANT of a role to a role. */
export function markGrantRole(
  marks: Marks,
  { granted_roles: granted, grantee_roles: grantees }: Fields<'GrantRoleStmt'>,
): void {
  const to = all('RoleSpec', grantees).flatMap(({ rolename }) => rolename ?? []);
  for (const { priv_name: role = '' } of all('AccessPriv', granted)) for (const one of to) markMember(marks, role, one);
}

/** ALTER DEFAULT PRIVILEGES: what is made afterwards has them. */
export function markDefaultPrivileges(marks: Marks, { options, action }: Fields<'AlterDefaultPrivilegesStmt'>): void {
  const roles = all('RoleSpec', action?.grantees).map(({ rolename }) => rolename ?? 'public');
  const listed = (name: string) =>
    all('DefElem', options).flatMap(({ defname, arg }) => (defname === name ? (as('List', arg)?.items ?? []) : []));
  readRoles(marks, [...(action?.grantees ?? []), ...listed('roles')]);
  const schemas = stringsOf(listed('schemas'));
  const makers = all('RoleSpec', listed('roles')).map(({ rolename }) => rolename ?? 'current_user');
  const by = makers.length > 0 ? ` by ${makers.join(', ')}` : '';
  const owners = schemas.length > 0 ? schemas.map(schemaPath) : [DATABASE];
  for (const owner of owners) {
    if (schemas.length > 0) marks.reads(owner);
    // Of what is made before and after it, each kind has its own; here they are one.
    for (const role of roles)
      marks.claims(memberPath(owner, 'default privileges', `${wordOf(action?.objtype ?? '')}s${by} to ${role}`));
    marks.reads(groupPath(owner, 'default privileges'));
  }
}

/** COMMENT ON, SECURITY LABEL */
export function markComment(
  marks: Marks,
  { objtype, object }: Pick<Fields<'CommentStmt'>, 'objtype' | 'object'>,
): void {
  const path = objectPath(marks, objtype as ObjectType, object);
  if (!path) return;
  marks.reads(path);
  marks.changes(memberPath(path, 'comments', 'comment'));
}

/** ALTER ... OWNER TO */
export function markOwner(marks: Marks, { objectType, relation, object, newowner }: Fields<'AlterOwnerStmt'>): void {
  const written = relationName(relation);
  const path = written
    ? knownRelationPath(marks.before, marks.before.resolve(written))
    : objectPath(marks, objectType as ObjectType, object);
  readRole(marks, newowner);
  if (!path) return;
  marks.reads(path);
  marks.changes(memberPath(path, 'settings', 'owner'));
}
