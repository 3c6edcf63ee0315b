import { as } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'ban-drop-database',
  topic: 'compatibility',
  summary: 'A whole database is dropped',
  severity: 'error',
  weighed: false,
  on: ['DropdbStmt'],
  aliases: ['squawk:ban-drop-database'],
  *statement({ tree }) {
    const stmt = as('DropdbStmt', tree?.node);
    if (!stmt?.dbname) return;
    yield {
      message: `the database ${shown({ name: stmt.dbname })} goes with everything in it`,
      why: 'A migration changes the database that it is connected to; another one is dropped by hand, by who has looked at it. It runs outside any transaction, and nothing brings it back but a backup.',
    };
  },
};
