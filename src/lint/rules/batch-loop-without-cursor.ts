import { stringsOf } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import { CHANGES_ROWS, type DataChange, dataChanges, limitedSelects, relationsRead } from '../help/changed-rows.ts';
import { isSame } from '../help/same-name.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'batch-loop-without-cursor',
  topic: 'data',
  summary: 'A loop takes the next rows by LIMIT alone and so reads those that are done again in every round',
  severity: 'warning',
  weighed: true,
  on: CHANGES_ROWS,
  *statement(subject) {
    if (subject.loop === undefined) return;
    for (const change of dataChanges(subject)) {
      if (!isCursorless(subject, change)) continue;
      yield {
        // A deleted row is soon passed over; one that was changed is there to be read again.
        ...(change.kind === 'DELETE' ? { severity: 'note' } : {}),
        offset: subject.tree?.offsetOf(change.location) ?? 0,
        message: `each round of this loop searches ${shown(change.table)} from its beginning, through all rows that are done already`,
        why: 'The time grows with the square of the rows: 2 million took twice as long as by ranges of the key, with batches of up to 1.8 s. Keep the last key, and ask for WHERE key > last ORDER BY key LIMIT n.',
        table: subject.known.resolve(change.table),
      };
    }
  },
};

function isCursorless(subject: Subject, { table }: DataChange): boolean {
  return limitedSelects(subject.tree?.node)
    .filter((select) => relationsRead(select).some((name) => isSame(subject.known, name, table)))
    .some((select) => !goesOn(select));
}

/** Something is compared with what is not known before it runs: the key of the last round. */
function goesOn({ whereClause }: Fields<'SelectStmt'>): boolean {
  return nodesOf('A_Expr', whereClause).some(({ name, lexpr, rexpr }) => {
    const isRange = ['>', '>=', '<', '<='].includes(stringsOf(name).at(-1) ?? '');
    return isRange && [lexpr, rexpr].every((side) => nodesOf('ColumnRef', side).length > 0);
  });
}
