import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { automaticFix, fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { shown } from '../help/shown.ts';
import { insertBehind, without } from '../help/tokens.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'require-concurrent-index-creation',
  topic: 'locks',
  summary: 'CREATE INDEX without CONCURRENTLY blocks writes to the table until the index is built',
  severity: 'warning',
  weighed: true,
  on: ['create-index'],
  aliases: ['squawk:require-concurrent-index-creation', 'eugene:E6', 'pgfence:create-index-not-concurrent'],
  *statement(subject) {
    for (const use of usesOf(subject, 'create-index')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    message: `building this index blocks every write to ${targetOf(use)} until it is done`,
    why: 'CREATE INDEX reads the whole table under a SHARE lock. With CONCURRENTLY it goes on beside reads and writes.',
    use,
    ...fixOf(subject, () => concurrently(subject)),
  };
}

function concurrently({ tree, statement, known }: Subject): Fix | undefined {
  const create = as('IndexStmt', tree?.node);
  // With IF NOT EXISTS an index that an earlier try has left invalid would count as built.
  const sql = create && insertBehind(without(statement.sql, 'IF', 'NOT', 'EXISTS'), 'INDEX', 'CONCURRENTLY');
  if (!create || !sql) return undefined;
  const { idxname } = create;
  const schema = relationName(create.relation)?.schema;
  const rollback = idxname
    ? [`DROP INDEX CONCURRENTLY ${shown({ ...(schema ? { schema } : {}), name: idxname })}`]
    : [];
  const name = stepName('index', idxname ? displayIdentifier(idxname) : (create.relation?.relname ?? 'table'));
  // A table that nobody knows may be partitioned, and PostgreSQL refuses CONCURRENTLY there.
  const makeFix = known.table(relationName(create.relation)) ? automaticFix : shownFix;
  return makeFix('build the index without blocking writes', [{ name, sql: [sql], rollback }]);
}
