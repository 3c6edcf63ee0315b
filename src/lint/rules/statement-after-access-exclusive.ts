import { effectOn, type FormId, type FormUse } from '../../facts/form.ts';
import type { Complaint } from '../finding.ts';
import { addedNotValid, type HeldTable, heldBefore } from '../help/earlier.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { shown } from '../help/shown.ts';
import { firstInUse, shortName } from '../help/tables.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'statement-after-access-exclusive',
  topic: 'locks',
  summary: 'Long work in a transaction that holds a table under ACCESS EXCLUSIVE keeps everybody from it until the end',
  severity: 'warning',
  weighed: true,
  aliases: ['eugene:E4', 'pgfence:statement-after-access-exclusive'],
  *statement(subject) {
    const work = subject.uses.find((use) => isLong(subject, use));
    const [held] = work ? heldBefore(subject).values() : [];
    if (work && held && addedNotValid(subject, work) === undefined) yield complaint(subject, held);
  },
};

/** Found by data-change-beside-schema-change. */
const CHANGES: readonly FormId[] = ['insert', 'update', 'delete'];

const ALSO_LONG: readonly FormId[] = ['merge', 'copy-from'];

function isLong(subject: Subject, use: FormUse): boolean {
  const { rewrite, scan } = effectOn(use.form, subject.options.serverMajor);
  if (CHANGES.includes(use.form.id)) return false;
  const long = rewrite !== null || scan || ALSO_LONG.includes(use.form.id) || fillsFromQuery(use);
  return long && subject.transactional && touched(subject, use);
}

/** CREATE TABLE AS: as long as what it reads. */
function fillsFromQuery({ form, others }: FormUse): boolean {
  const reads = others.some(({ on, names }) => on === 'tables read' && names.length > 0);
  return reads && ['create-table-as', 'create-materialized-view'].includes(form.id);
}

/** One of its relations has been in use before. */
function touched(subject: Subject, use: FormUse): boolean {
  const names = [...(use.target ? [use.target] : []), ...use.others.flatMap((one) => one.names)];
  return names.length > 0 && firstInUse(subject, names) !== undefined;
}

function complaint(subject: Subject, { table, by, use }: HeldTable): Complaint {
  const name = shown(shortName(subject, table));
  const step = { name: 'apart', sql: [subject.statement.sql], rollback: [] };
  return {
    message: `${name} is blocked for reads and writes from line ${by.statement.line} on until this is done`,
    why: 'ACCESS EXCLUSIVE is kept to the end of the transaction. In a migration of its own, this holds nobody up.',
    use,
    offset: 0,
    table,
    ...fixOf(subject, () => shownFix('do it in a migration of its own', [step])),
  };
}
