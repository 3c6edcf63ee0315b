import { nameOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import { shown } from '../help/shown.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'prefer-lookup-over-enum',
  topic: 'design',
  summary: 'An enum type, of which no label can be taken away, is made where a table of values could stand',
  severity: 'off',
  weighed: false,
  on: ['CreateEnumStmt'],
  aliases: ['eugene:W13'],
  *statement({ tree }) {
    const name = nameOf(as('CreateEnumStmt', tree?.node)?.typeName);
    if (!name) return;
    yield {
      message: `no label of ${shown(name)} can be taken away again, and a new one cannot be used in the transaction that adds it`,
      why: 'A table with a key for each value, and a foreign key to it, can lose one, hold more about each, and be changed like any other rows.',
    };
  },
};
