import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { as, type Fields, type Node } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'policy-always-true',
  topic: 'security',
  summary: 'A row security policy lets everybody whom it is for change every row',
  severity: 'warning',
  weighed: false,
  on: ['CreatePolicyStmt'],
  *statement({ tree }) {
    const policy = as('CreatePolicyStmt', tree?.node);
    const table = relationName(policy?.table);
    if (!policy || !table || !policy.permissive || !letsAllChange(policy)) return;
    yield {
      offset: tree?.offsetOf(policy.table?.location) ?? 0,
      message: `${displayIdentifier(policy.policy_name ?? '')} lets every role that it is for change any row of ${shown(table)}, whatever other policies say`,
      why: 'Permissive policies are joined by OR, so one that is true makes all others for that command mean nothing.',
    };
  },
};

/** SELECT with true is common and meant: rows that all may read. */
function letsAllChange({ cmd_name, qual, with_check }: Fields<'CreatePolicyStmt'>): boolean {
  if (cmd_name === 'select') return false;
  if (cmd_name === 'insert') return isTrue(with_check);
  return isTrue(qual) && (with_check === undefined || isTrue(with_check));
}

function isTrue(expression: Node | undefined): boolean {
  return as('A_Const', expression)?.boolval?.boolval === true;
}
