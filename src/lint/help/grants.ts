import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';

export function isPublic({ roletype }: Fields<'RoleSpec'>): boolean {
  return roletype === 'ROLESPEC_PUBLIC';
}

/** A GRANT to PUBLIC, by itself or in ALTER DEFAULT PRIVILEGES. */
export interface PublicGrant {
  readonly grant: Fields<'GrantStmt'>;
  /** Lower case; empty for ALL. */
  readonly privileges: readonly string[];
  readonly offset: number;
}

export function publicGrant({ tree }: Subject): PublicGrant | undefined {
  const grant = as('GrantStmt', tree?.node) ?? as('AlterDefaultPrivilegesStmt', tree?.node)?.action;
  const everybody = all('RoleSpec', grant?.grantees).find(isPublic);
  if (!tree || !grant?.is_grant || !everybody) return undefined;
  const privileges = all('AccessPriv', grant.privileges).flatMap(({ priv_name }) => priv_name ?? []);
  return { grant, privileges, offset: tree.offsetOf(everybody.location) };
}

/** GRANT CREATE ON SCHEMA ... TO PUBLIC, or ALL. */
export function letsPublicCreate({ grant, privileges }: PublicGrant): boolean {
  return grant.objtype === 'OBJECT_SCHEMA' && (privileges.length === 0 || privileges.includes('create'));
}
