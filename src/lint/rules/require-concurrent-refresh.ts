import type { FormUse } from '../../facts/form.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { automaticFix, fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { insertBehind } from '../help/tokens.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'require-concurrent-refresh',
  topic: 'locks',
  summary: 'REFRESH MATERIALIZED VIEW without CONCURRENTLY blocks those who read it',
  severity: 'warning',
  weighed: true,
  on: ['refresh-materialized-view'],
  aliases: ['squawk:require-concurrent-refresh'],
  *statement(subject) {
    for (const use of usesOf(subject, 'refresh-materialized-view')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    message: `nobody can read ${targetOf(use)} until its query has run again`,
    why: 'It holds ACCESS EXCLUSIVE. CONCURRENTLY lets readers go on; it needs a UNIQUE index on columns, without WHERE.',
    use,
    ...fixOf(subject, () => concurrently(subject, use)),
  };
}

function concurrently({ tree, statement, known }: Subject, { target }: FormUse): Fix | undefined {
  const refresh = as('RefreshMatViewStmt', tree?.node);
  const sql = insertBehind(statement.sql, 'VIEW', 'CONCURRENTLY');
  if (!refresh || refresh.skipData || !sql) return undefined;
  const indexes = [...(known.table(target)?.indexes.values() ?? [])];
  const fits = indexes.some(({ unique, partial, columns }) => unique && !partial && !columns.includes(undefined));
  const steps = [{ name: stepName('refresh', target?.name ?? 'view'), sql: [sql], rollback: [] }];
  const title = 'refresh it while it is read';
  return fits ? automaticFix(title, steps) : shownFix(title, steps);
}
