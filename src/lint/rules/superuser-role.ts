import { displayIdentifier } from '../../sql/quote.ts';
import { all, as, type Node } from '../../syntax/tree.ts';
import { listed } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'superuser-role',
  topic: 'security',
  summary: "A role is let past all privileges, row security or the server's files",
  severity: 'warning',
  weighed: false,
  on: ['CreateRoleStmt', 'AlterRoleStmt', 'GrantRoleStmt'],
  *statement({ tree }) {
    const powers = tree ? powersGiven(tree.node) : [];
    if (powers.length === 0) return;
    yield {
      message: `this gives ${listed(powers)}: whoever gets hold of that role has the whole server, or all rows`,
      why: 'An application needs none of these. For one task there is mostly a function with SECURITY DEFINER, or a predefined role that can less.',
    };
  },
};

const ATTRIBUTES = ['superuser', 'bypassrls', 'createrole', 'isreplication'];

/** Predefined roles by which one can become the server's operating system user (manual, "Predefined Roles"), or read or write all. */
const ROLES = new Set([
  'pg_execute_server_program',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_write_all_data',
  'pg_read_all_data',
]);

function powersGiven(node: Node): string[] {
  const options = as('CreateRoleStmt', node)?.options ?? as('AlterRoleStmt', node)?.options;
  const attributes = all('DefElem', options)
    .filter(({ defname, arg }) => ATTRIBUTES.includes(defname ?? '') && as('Boolean', arg)?.boolval === true)
    .map(({ defname }) => (defname === 'isreplication' ? 'REPLICATION' : (defname ?? '').toUpperCase()));
  return [...attributes, ...rolesGranted(node)];
}

function rolesGranted(node: Node): string[] {
  const grant = as('GrantRoleStmt', node);
  if (!grant?.is_grant) return [];
  const names = all('AccessPriv', grant.granted_roles).flatMap(({ priv_name }) => priv_name ?? []);
  return names.filter((name) => ROLES.has(name)).map(displayIdentifier);
}
