import { nameOf } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

const CHECKED = ['CONSTR_CHECK', 'CONSTR_NOTNULL'];

export const rule: Rule = {
  id: 'ban-create-domain-with-constraint',
  topic: 'compatibility',
  summary: 'A domain with a CHECK or NOT NULL, which cannot change later without stalling every table that uses it',
  severity: 'note',
  weighed: false,
  on: ['CreateDomainStmt'],
  aliases: ['squawk:ban-create-domain-with-constraint'],
  *statement({ tree }) {
    const stmt = as('CreateDomainStmt', tree?.node);
    const name = nameOf(stmt?.domainname);
    const checked = all('Constraint', stmt?.constraints).find(({ contype = '' }) => CHECKED.includes(contype));
    if (!name || !checked) return;
    yield {
      offset: tree?.offsetOf(checked.location) ?? 0,
      message: `what the domain ${shown(name)} demands holds for every column of that type: to change it later reads and locks all of their tables at once, and a column of it that is added to a table rewrites that table`,
      why: 'A CHECK of the table can be added NOT VALID and validated without stalling anybody, one table at a time.',
    };
  },
};
