import { changeRule } from '../help/change-rule.ts';

export const rule = changeRule({
  id: 'update-without-where',
  kind: 'UPDATE',
  reach: 'all',
  summary: 'An UPDATE changes every row of a table in one transaction',
  severity: 'error',
  message: (table) =>
    `this writes every row of ${table} anew in one transaction: whoever changes a row that is done waits for its end`,
  why: 'Two million rows stopped all writers for 23 s and doubled the table; in batches by key no write waited longer than 0.2 s. Rows that are right already need a WHERE that leaves them alone.',
});
