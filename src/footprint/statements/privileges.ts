import type { GrantTargetType, ObjectType } from '@pgsql/types';
import type { ObjectPath } from '../../graph/object.ts';
import type { RelationKind } from '../../known/table.ts';
import { relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { DATABASE, globalPath, groupPath, knownRelationPath, memberPath, schemaPath } from '../paths.ts';
import { wordOf } from './drop.ts';
import { objectPath } from './object-path.ts';

/** GRANT and REVOKE on objects. */
export function markGrant(marks: Marks, statement: Fields<'GrantStmt'>): void {
  const { targtype, objects = [], objtype, grantees } = statement;
  const roles = all('RoleSpec', grantees).map(({ rolename }) => rolename ?? 'public');
  for (const role of roles) readRole(marks, role);
  const paths = objects.flatMap((one) => targets(marks, one, objtype as ObjectType, targtype as GrantTargetType));
  for (const path of paths) {
    marks.reads(path);
    for (const role of roles) marks.changes(memberPath(path, 'privileges', role));
  }
}

function readRole(marks: Marks, role: string): void {
  if (role !== 'public') marks.reads(globalPath('role', role));
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
  for (const role of to) readRole(marks, role);
  for (const { priv_name: role = '' } of all('AccessPriv', granted)) {
    readRole(marks, role);
    for (const one of to) marks.changes(memberPath(globalPath('role', role), 'privileges', one));
  }
}

/** ALTER DEFAULT PRIVILEGES: what is made afterwards has them. */
export function markDefaultPrivileges(marks: Marks, { options, action }: Fields<'AlterDefaultPrivilegesStmt'>): void {
  const roles = all('RoleSpec', action?.grantees).map(({ rolename }) => rolename ?? 'public');
  for (const role of roles) readRole(marks, role);
  const schemas = all('DefElem', options).flatMap(({ defname, arg }) =>
    defname === 'schemas' ? stringsOf(as('List', arg)?.items) : [],
  );
  const owners = schemas.length > 0 ? schemas.map(schemaPath) : [DATABASE];
  for (const owner of owners) {
    if (schemas.length > 0) marks.reads(owner);
    // Of what is made before and after it, each kind has its own; here they are one.
    for (const role of roles)
      marks.changes(memberPath(owner, 'default privileges', `${wordOf(action?.objtype ?? '')}s to ${role}`));
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
  if (newowner?.rolename) readRole(marks, newowner.rolename);
  if (!path) return;
  marks.reads(path);
  marks.changes(memberPath(path, 'settings', 'owner'));
}
