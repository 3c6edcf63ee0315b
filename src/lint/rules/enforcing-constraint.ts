import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Complaint, Fix } from '../finding.ts';
import { alterTableOf } from '../help/alter-table.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { stepName } from '../help/names.ts';
import { columnList, listed, shown } from '../help/shown.ts';
import { shortName } from '../help/tables.ts';
import { othersOf, targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'enforcing-constraint',
  topic: 'locks',
  summary: 'ALTER CONSTRAINT ... ENFORCED blocks the table while every row is checked',
  severity: 'warning',
  weighed: true,
  on: ['alter-constraint-enforced'],
  *statement(subject) {
    for (const use of usesOf(subject, 'alter-constraint-enforced')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  const referenced = othersOf(use, 'referenced table').map(shown);
  const also = referenced.length > 0 ? `, and writes to ${listed(referenced)},` : '';
  return {
    offset: use.offset,
    message: `enforcing the constraint blocks all reads and writes of ${targetOf(use)}${also} while every row is checked`,
    why: 'The rows are read under ACCESS EXCLUSIVE. The same constraint made anew as NOT VALID is validated while reads and writes go on.',
    use,
    ...fixOf(subject, () => madeAnew(subject, use)),
  };
}

/** What is known of a foreign key may lack its actions, so a person has to look at it. */
function madeAnew(subject: Subject, use: FormUse): Fix | undefined {
  const alter = alterTableOf(subject);
  const known = use.part === undefined ? undefined : subject.known.table(use.target)?.constraints.get(use.part);
  if (!alter || !known?.references) return undefined;
  const { head } = alter;
  const name = displayIdentifier(known.name);
  const { table, columns } = known.references;
  const to = `${shown(shortName(subject, table))}${columns.length > 0 ? ` ${columnList(columns)}` : ''}`;
  const key = `FOREIGN KEY ${columnList(known.columns)} REFERENCES ${to}`;
  const [drop, add] = [`${head} DROP CONSTRAINT ${name}`, `${head} ADD CONSTRAINT ${name} ${key}`];
  return shownFix('make it anew as NOT VALID, then validate it while writes go on', [
    { name: stepName('renew', known.name), sql: [drop, `${add} NOT VALID`], rollback: [drop, `${add} NOT ENFORCED`] },
    {
      name: stepName('validate', known.name),
      sql: [`${head} VALIDATE CONSTRAINT ${name}`],
      rollback: [drop, `${add} NOT VALID`],
    },
  ]);
}
