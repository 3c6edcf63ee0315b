import { changeRule } from '../help/change-rule.ts';

export const rule = changeRule({
  id: 'delete-without-where',
  kind: 'DELETE',
  reach: 'all',
  summary: 'A DELETE removes every row of a table',
  severity: 'error',
  message: (table) =>
    `this removes every row of ${table}, and keeps each of them locked until the end of the transaction`,
  why: 'A forgotten WHERE looks the same. If the rows are all meant: in batches by key, or TRUNCATE, which takes ACCESS EXCLUSIVE for an instant.',
});
