import type { Known } from '../../known/known.ts';
import type { RelationName } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Fix } from '../finding.ts';
import { fixBeside, fixOf } from '../help/fix.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'policy-without-row-security',
  topic: 'security',
  summary: 'A policy is made for a table whose row security is off, so that it does nothing',
  severity: 'warning',
  weighed: false,
  on: ['CreatePolicyStmt'],
  *statement(subject) {
    const policy = as('CreatePolicyStmt', subject.tree?.node);
    const table = relationName(policy?.table);
    if (!policy || !table) return;
    const name = subject.known.resolve(table);
    // Of a table that no file made it is not known whether its row security is on.
    if (!subject.known.table(name)?.complete) return;
    yield {
      message: `row security of ${shown(table)} is off, so that ${displayIdentifier(policy.policy_name ?? '')} holds nobody back`,
      why: 'Policies count only once ALTER TABLE ... ENABLE ROW LEVEL SECURITY has been said.',
      table: name,
      unlessLater: (later) => isOn(later, name),
      ...fixOf(subject, enabled(subject, shown(table))),
    };
  },
};

function isOn(known: Known, name: RelationName): boolean {
  return known.table(name)?.rowSecurity ?? true;
}

function enabled(subject: Subject, table: string): Fix {
  return fixBeside(subject, 'switch row security on', 'behind', `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
}
