import type { FormUse } from '../../facts/form.ts';
import { namesOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { automaticFix, fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { shown } from '../help/shown.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'require-concurrent-index-deletion',
  topic: 'locks',
  summary: 'DROP INDEX without CONCURRENTLY blocks reads and writes of the table',
  severity: 'warning',
  weighed: true,
  on: ['drop-index'],
  aliases: ['squawk:require-concurrent-index-deletion', 'pgfence:drop-index-not-concurrent'],
  *statement(subject) {
    for (const use of usesOf(subject, 'drop-index')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  const table = subject.known.index(use.target)?.table;
  const what = table ? shown(table.name) : 'its table';
  return {
    message: `dropping ${targetOf(use)} blocks all reads and writes of ${what}, also while it waits for the queries under way`,
    why: 'DROP INDEX takes ACCESS EXCLUSIVE on the table. With CONCURRENTLY it waits without blocking anybody.',
    use,
    ...(table ? { table: table.name } : {}),
    ...fixOf(subject, () => (table?.kind === 'partitioned table' ? undefined : concurrently(subject))),
  };
}

/** CONCURRENTLY takes one index at a time, without CASCADE; a partitioned table's it does not take at all. */
function concurrently({ tree, known }: Subject): Fix | undefined {
  const drop = as('DropStmt', tree?.node);
  if (!drop || drop.behavior === 'DROP_CASCADE') return undefined;
  const indexes = namesOf(drop.objects);
  const sql = indexes.map((name) => `DROP INDEX CONCURRENTLY ${drop.missing_ok ? 'IF EXISTS ' : ''}${shown(name)}`);
  const name = stepName('drop', ...indexes.slice(0, 1).map((index) => index.name));
  // An index that nobody knows may be a partitioned table's.
  const isKnown = indexes.every((index) => known.index(index));
  const makeFix = isKnown ? automaticFix : shownFix;
  return makeFix('drop the index without blocking anybody', [{ name, sql, rollback: [] }]);
}
