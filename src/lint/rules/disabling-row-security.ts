import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'disabling-row-security',
  topic: 'security',
  summary: 'Row security of a table is switched off, and all of its rows are open',
  severity: 'warning',
  weighed: false,
  on: ['AT_DisableRowSecurity'],
  *statement({ tree, known }) {
    const alter = as('AlterTableStmt', tree?.node);
    const table = relationName(alter?.relation);
    const off = all('AlterTableCmd', alter?.cmds).find(({ subtype }) => subtype === 'AT_DisableRowSecurity');
    if (!table || !off) return;
    const name = known.resolve(table);
    yield {
      message: `from the commit on every role with privileges on ${shown(table)} reads and changes all of its rows`,
      why: 'Its policies stay and count no more. To exempt one role, give it a policy of its own.',
      table: name,
      unlessLater: (later) => later.table(name)?.rowSecurity === true || later.table(name) === undefined,
    };
  },
};
