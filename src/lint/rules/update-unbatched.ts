import { changeRule } from '../help/change-rule.ts';

export const rule = changeRule({
  id: 'update-unbatched',
  kind: 'UPDATE',
  reach: 'many',
  summary: 'An UPDATE of a table in use is not cut into batches',
  severity: 'warning',
  message: (table) =>
    `every row of ${table} that this finds stays locked until all of them are done and the transaction ends`,
  why: 'Whoever changes one of those rows waits that long, standbys get it in one piece, and dead rows cannot be vacuumed meanwhile. In batches by key each wait is as short as one batch.',
});
