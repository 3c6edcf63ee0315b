import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { globalPath, memberPath } from '../paths.ts';

type RoleSpec = Pick<Fields<'RoleSpec'>, 'rolename'>;

/** A role that is named; CURRENT_USER and PUBLIC are none. */
export function readRole(marks: Marks, role: RoleSpec | undefined): void {
  if (role?.rolename !== undefined) marks.reads(rolePath(role.rolename));
}

export function readRoles(marks: Marks, roles: readonly Node[] | undefined): void {
  for (const one of all('RoleSpec', roles)) readRole(marks, one);
}

function rolePath(name: string) {
  return globalPath('role', name);
}

/** Of one role in another. */
function membershipPath(role: string, member: string) {
  return memberPath(rolePath(role), 'privileges', member);
}

/** CREATE ROLE, USER, GROUP: with IN ROLE, ROLE and ADMIN. */
export function markCreateRole(marks: Marks, { role = '', options }: Fields<'CreateRoleStmt'>): void {
  for (const { arg } of all('DefElem', options)) readRoles(marks, as('List', arg)?.items);
  marks.creates(rolePath(role));
}

/** ALTER ROLE; ALTER GROUP ... ADD USER is of the same grammar. */
export function markAlterRole(marks: Marks, { role, options }: Fields<'AlterRoleStmt'>): void {
  const name = role?.rolename;
  if (name === undefined) return;
  readRole(marks, role);
  for (const { defname = '', arg } of all('DefElem', options)) {
    const members = all('RoleSpec', as('List', arg)?.items);
    for (const { rolename } of members) if (rolename) markMember(marks, name, rolename);
    if (members.length === 0) marks.changes(memberPath(rolePath(name), 'settings', defname));
  }
}

/** Who is made a member, or none any more: neither stands on the other. */
export function markMember(marks: Marks, role: string, member: string): void {
  for (const one of [role, member]) marks.reads(rolePath(one));
  marks.claims(membershipPath(role, member));
}

/** ALTER ROLE ... SET */
export function markRoleSetting(marks: Marks, { role, setstmt }: Fields<'AlterRoleSetStmt'>): void {
  if (role?.rolename === undefined) return;
  readRole(marks, role);
  marks.changes(memberPath(rolePath(role.rolename), 'settings', setstmt?.name ?? 'all settings'));
}

/** DROP ROLE */
export function markDropRoles(marks: Marks, { roles }: Fields<'DropRoleStmt'>): void {
  for (const { rolename } of all('RoleSpec', roles)) if (rolename) marks.drops(rolePath(rolename));
}

/** REASSIGN OWNED, DROP OWNED: of what they do nothing is known but to whom. */
export function markOwned(marks: Marks, { roles }: Fields<'DropOwnedStmt'>, newRole?: RoleSpec): void {
  readRoles(marks, roles);
  readRole(marks, newRole);
}

/** SET ROLE, SET SESSION AUTHORIZATION */
export function markSet(marks: Marks, { name, kind, args }: Fields<'VariableSetStmt'>): void {
  if (kind !== 'VAR_SET_VALUE' || (name !== 'role' && name !== 'session_authorization')) return;
  const [role] = all('A_Const', args).flatMap(({ sval }) => sval?.sval ?? []);
  if (role !== undefined && role !== 'none') marks.reads(rolePath(role));
}
