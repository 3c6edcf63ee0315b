import { changeRule } from '../help/change-rule.ts';

export const rule = changeRule({
  id: 'delete-unbatched',
  kind: 'DELETE',
  reach: 'many',
  summary: 'A DELETE from a table in use is not cut into batches',
  severity: 'warning',
  message: (table) =>
    `every row of ${table} that this finds stays locked until all of them are gone and the transaction ends`,
  why: 'Whoever needs one of those rows, and each INSERT that refers to one, waits that long. In batches by key each wait is as short as one batch.',
});
