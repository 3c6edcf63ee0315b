import type { GrantRoleStmt, GrantStmt, RoleSpec } from '@pgsql/types';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Node } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { type Around, withAround } from '../help/around.ts';
import { isNewHere } from '../help/made-here.ts';
import { kindWords } from '../help/object-kinds.ts';
import { objectName } from '../help/object-names.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import { listedFew } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'revoking-privileges',
  topic: 'compatibility',
  summary: 'A role loses a privilege that the running application may be using',
  severity: 'warning',
  weighed: false,
  on: ['GrantStmt', 'GrantRoleStmt'],
  file: (file) => withAround(file, rule, judge),
};

const WHY =
  'Privileges are looked at anew in every statement, so sessions that are open notice at once. Look in pg_stat_activity and pg_stat_statements who uses it as that role, and grant what is still needed before.';

function* judge(subject: Subject, { later }: Around): Generator<Complaint> {
  const stmt = as('GrantStmt', subject.tree?.node);
  if (stmt && !stmt.is_grant && !stmt.grant_option) yield* ofObjects(subject, later('grant'), stmt);
  const role = as('GrantRoleStmt', subject.tree?.node);
  if (role && !role.is_grant && role.opt === undefined) yield* ofMembership(role);
}

function* ofObjects(subject: Subject, later: readonly Subject[], stmt: GrantStmt): Generator<Complaint> {
  const objects = (stmt.objects ?? [])
    .flatMap((node) => nameIn(node) ?? [])
    .filter((name) => !isNewHere(subject, name));
  const roles = rolesOf(stmt.grantees).filter((role) => !later.some((one) => grantsAgain(one, objects, role)));
  if (objects.length === 0 || roles.length === 0 || isHarmless(stmt)) return;
  const what = `${privileges(stmt)} on ${kind(stmt)}${listedFew(objects.map(shown))}`;
  yield {
    message: `${listedFew(roles)} may not use ${what} from the commit on; queries of the running application that need it fail (42501)`,
    why: WHY,
    // What everybody may do is taken away to make the database safer; most have it by another grant.
    ...(roles.every((role) => role === 'PUBLIC') ? { severity: 'note' } : {}),
  };
}

function* ofMembership({ granted_roles, grantee_roles }: GrantRoleStmt): Generator<Complaint> {
  const granted = all('AccessPriv', granted_roles).map(({ priv_name = '' }) => shown({ name: priv_name }));
  yield {
    message: `${listedFew(rolesOf(grantee_roles))} loses what ${listedFew(granted)} may do from the commit on; queries of the running application that need it fail (42501)`,
    why: WHY,
  };
}

/** Closing the schema public for new objects takes nothing from those who use what is there. */
function isHarmless({ objtype, privileges = [] }: GrantStmt): boolean {
  return (
    objtype === 'OBJECT_SCHEMA' &&
    privileges.length > 0 &&
    all('AccessPriv', privileges).every(({ priv_name }) => priv_name === 'create')
  );
}

/** A REVOKE before a GRANT of less to the same role, in the same transaction: what is left was decided. */
function grantsAgain({ tree, known }: Subject, objects: readonly QualifiedName[], role: string): boolean {
  const stmt = as('GrantStmt', tree?.node);
  if (!stmt?.is_grant || !rolesOf(stmt.grantees).includes(role)) return false;
  const granted = (stmt.objects ?? []).flatMap((node) => nameIn(node) ?? []);
  return objects.every((name) => granted.some((one) => isSame(known, one, name)));
}

function nameIn(node: Node): QualifiedName | undefined {
  return relationName(as('RangeVar', node)) ?? objectName(node);
}

function rolesOf(nodes: readonly Node[] | undefined): string[] {
  return all('RoleSpec', nodes).map(roleText);
}

function roleText({ roletype, rolename = '' }: RoleSpec): string {
  return roletype === 'ROLESPEC_CSTRING' ? shown({ name: rolename }) : (roletype ?? '').replace('ROLESPEC_', '');
}

function privileges({ privileges = [] }: GrantStmt): string {
  return privileges.length === 0
    ? 'anything'
    : listedFew(all('AccessPriv', privileges).map(({ priv_name = '' }) => priv_name.toUpperCase()));
}

function kind({ targtype, objtype }: GrantStmt): string {
  const words = kindWords(objtype)?.toLowerCase() ?? '';
  if (targtype === 'ACL_TARGET_ALL_IN_SCHEMA') return `any ${words} of the schema `;
  return objtype === 'OBJECT_TABLE' ? '' : `the ${words} `;
}
