import type { Known } from '../../known/known.ts';
import type { RelationName } from '../../known/table.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'row-security-without-policy',
  topic: 'security',
  summary: 'Row security is switched on for a table without policies, so that all but its owner see no row',
  severity: 'warning',
  weighed: false,
  on: ['AT_EnableRowSecurity'],
  *statement({ tree, known }) {
    const alter = as('AlterTableStmt', tree?.node);
    const table = relationName(alter?.relation);
    const isOn = all('AlterTableCmd', alter?.cmds).some(({ subtype }) => subtype === 'AT_EnableRowSecurity');
    if (!table || !isOn) return;
    const name = known.resolve(table);
    yield {
      message: `with row security on and no policy, every role but the owner finds ${shown(table)} empty and can insert nothing`,
      why: 'Without a policy nothing is allowed. Make the policies in the same file, before or behind it.',
      table: name,
      unlessLater: (later) => hasPolicy(later, name),
    };
  },
};

function hasPolicy(known: Known, name: RelationName): boolean {
  const table = known.table(name);
  return table === undefined || table.policies.length > 0;
}
