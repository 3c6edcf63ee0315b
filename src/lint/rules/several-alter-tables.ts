import { effectOn, type FormUse } from '../../facts/form.ts';
import type { Complaint, Fix } from '../finding.ts';
import { alterTableOf } from '../help/alter-table.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { gatherBefore } from '../help/gather-before.ts';
import { stepName } from '../help/names.ts';
import { tableKey } from '../help/tables.ts';
import { targetOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'several-alter-tables',
  topic: 'locks',
  summary: 'Two ALTER TABLE that each read or write all of the same table could be one pass over it',
  severity: 'warning',
  weighed: true,
  on: ['AlterTableStmt'],
  aliases: ['eugene:E12'],
  *statement(subject) {
    const pass = passOf(subject);
    const earlier = pass?.target && passes(subject).get(tableKey(subject.known.resolve(pass.target)));
    if (pass && earlier) yield complaint(subject, pass, earlier);
  },
};

/** The part of an ALTER TABLE that goes over all rows under ACCESS EXCLUSIVE. */
function passOf(subject: Subject): FormUse | undefined {
  if (!subject.transactional) return undefined;
  const pass = subject.uses.find(({ form, target }) => {
    const { lock, rewrite, scan } = effectOn(form, subject.options.serverMajor);
    return target !== undefined && lock === 'AccessExclusiveLock' && (rewrite === 'table' || scan);
  });
  return pass && alterTableOf(subject) ? pass : undefined;
}

/** The first pass over each table, by tableKey. */
const passes = gatherBefore(
  () => new Map<string, Subject>(),
  (first, earlier) => {
    const target = passOf(earlier)?.target;
    const key = target && tableKey(earlier.known.resolve(target));
    if (key !== undefined && !first.has(key)) first.set(key, earlier);
  },
);

function complaint(subject: Subject, use: FormUse, earlier: Subject): Complaint {
  return {
    offset: use.offset,
    message: `every row of ${targetOf(use)} is gone over once more, after line ${earlier.statement.line}, while it is blocked for reads and writes`,
    why: 'The commands of one ALTER TABLE share one pass over the rows; two statements take two, under the same lock.',
    use,
    ...fixOf(subject, () => combined(subject, earlier)),
  };
}

function combined(subject: Subject, earlier: Subject): Fix | undefined {
  const [first, second] = [alterTableOf(earlier), alterTableOf(subject)];
  if (!first || !second || earlier.index + 1 !== subject.index) return undefined;
  const commands = [...first.commands, ...second.commands].map(({ text }) => text);
  const sql = `${first.head}\n  ${commands.join(',\n  ')}`;
  return shownFix('one ALTER TABLE instead of the two', [
    { name: stepName('alter', first.name.name), sql: [sql], rollback: [] },
  ]);
}
