import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'password-in-migration',
  topic: 'security',
  summary: "A password stands in the file, and from there gets into version control, the history and the server's log",
  severity: 'error',
  weighed: false,
  on: [
    'CreateRoleStmt',
    'AlterRoleStmt',
    'CreateUserMappingStmt',
    'AlterUserMappingStmt',
    'CreateSubscriptionStmt',
    'AlterSubscriptionStmt',
  ],
  *statement({ tree }) {
    const found = tree && secretIn(tree.node);
    if (!found) return;
    yield {
      offset: tree.offsetOf(found.location),
      message: `the password of ${found.of} stands in this file: in version control, in the server's log, and in schema_migrations`,
      why: "Make the role or the connection here, and set the password elsewhere: psql's \\password, or a step of the deployment that takes it from a secret store.",
    };
  },
};

interface Secret {
  readonly of: string;
  readonly location: number | undefined;
}

function secretIn(node: Node): Secret | undefined {
  const role = as('CreateRoleStmt', node);
  if (role) return passwordOption(role.options, `role ${role.role ?? ''}`);
  const altered = as('AlterRoleStmt', node);
  if (altered) return passwordOption(altered.options, `role ${altered.role?.rolename ?? ''}`);
  const mapping = as('CreateUserMappingStmt', node) ?? as('AlterUserMappingStmt', node);
  if (mapping) return passwordOption(mapping.options, `a user mapping of server ${mapping.servername ?? ''}`);
  return inSubscription(node);
}

/** PASSWORD NULL has no argument. */
function passwordOption(options: readonly Node[] | undefined, of: string): Secret | undefined {
  const password = all('DefElem', options).find(isPassword);
  return password && { of, location: password.location };
}

function isPassword({ defname, arg }: Fields<'DefElem'>): boolean {
  return defname?.toLowerCase() === 'password' && (as('String', arg)?.sval ?? '') !== '';
}

function inSubscription(node: Node): Secret | undefined {
  const subscription = as('CreateSubscriptionStmt', node) ?? as('AlterSubscriptionStmt', node);
  const conninfo = subscription?.conninfo ?? '';
  const holds = /\bpassword\s*=\s*[^\s]|^postgres(?:ql)?:\/\/[^/@\s:]*:[^/@\s]+@/i.test(conninfo);
  return holds ? { of: `subscription ${subscription?.subname ?? ''}`, location: undefined } : undefined;
}
