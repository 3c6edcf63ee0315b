import type { FormUse } from '../../facts/form.ts';
import { displayIdentifier, quoteLiteral } from '../../sql/quote.ts';
import type { Complaint, Fix, FixStep } from '../finding.ts';
import { clausesOfType } from '../help/add-column.ts';
import { filledColumnSteps, type NewColumn } from '../help/column-steps.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { nameFor, stepName } from '../help/names.ts';
import { newColumnOf } from '../help/new-column.ts';
import { notNullSteps } from '../help/not-null-steps.ts';
import { shown } from '../help/shown.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'adding-serial-field',
  topic: 'locks',
  summary: 'A serial or identity column added to a table rewrites it while nobody can use it',
  severity: 'error',
  weighed: true,
  on: ['add-column-serial', 'add-column-identity'],
  aliases: ['squawk:adding-serial-primary-key-field', 'eugene:E11', 'pgfence:add-column-serial'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-column-serial', 'add-column-identity')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `every row gets a number of its own, so ${targetOf(use)} is rewritten and blocked for reads and writes meanwhile`,
    why: 'The default is nextval(), which is called for each row under ACCESS EXCLUSIVE.',
    use,
    ...fixOf(subject, () => inSteps(subject, use)),
  };
}

function inSteps(subject: Subject, use: FormUse): Fix | undefined {
  const column = newColumnOf(subject, use);
  if (!column) return undefined;
  const steps = use.form.id === 'add-column-serial' ? serialSteps(column) : identitySteps(column);
  return shownFix('add it empty, number the rows in batches', steps);
}

const INTEGERS: Readonly<Record<string, string>> = { small: 'smallint', '': 'integer', big: 'bigint' };

/** What serial stands for (manual, "Serial Types"), with the rows filled apart. */
function serialSteps(column: NewColumn): FixStep[] {
  const { added, alter, subject } = column;
  const [, size = ''] = /\b(small|big)?serial\d?$/i.exec(added.plain) ?? [];
  const type = INTEGERS[size.toLowerCase()] ?? 'integer';
  const plain = added.plain.replace(/\S+$/, type);
  const filling = numbering(column, type);
  const { head, name: table } = alter;
  const { known, options } = subject;
  const steps = filledColumnSteps({ ...column, added: { ...added, plain } }, filling);
  if (clausesOfType(added, 'CONSTR_NOTNULL', 'CONSTR_PRIMARY').length > 0) return steps;
  const notNull = notNullSteps({ head, table, column: added.column, known, serverMajor: options.serverMajor });
  return [...steps.slice(0, 2), ...notNull, ...steps.slice(2)];
}

function sequenceOf({ subject, alter, added }: NewColumn): string {
  const name = nameFor(subject.known, alter.name, [added.column], 'seq');
  return shown({ ...alter.name, name });
}

function numbering(column: NewColumn, type: string) {
  const { alter, added } = column;
  const sequence = sequenceOf(column);
  const name = displayIdentifier(added.column);
  const value = `nextval(${quoteLiteral(sequence)})`;
  return {
    prepare: [
      `CREATE SEQUENCE ${sequence} AS ${type}`,
      `${alter.head} ALTER COLUMN ${name} SET DEFAULT ${value}`,
      `ALTER SEQUENCE ${sequence} OWNED BY ${shown(alter.name)}.${name}`,
    ],
    // Dropping the column drops the sequence that it owns.
    unprepare: [],
    value,
  };
}

/** An identity column must be NOT NULL when it becomes one; a sequence of its own numbers the rows until then. */
function identitySteps(column: NewColumn): FixStep[] {
  const [clause] = clausesOfType(column.added, 'CONSTR_IDENTITY');
  const type = column.added.plain.split(/\s+/).at(-1) ?? 'bigint';
  const steps = filledColumnSteps(column, numbering(column, type));
  return clause ? [...steps, identityStep(column, clause.text)] : steps;
}

/** The identity goes on where the sequence ends. */
function identityStep(column: NewColumn, clause: string): FixStep {
  const { alter, added } = column;
  const name = displayIdentifier(added.column);
  const alterColumn = `${alter.head} ALTER COLUMN ${name}`;
  const filler = sequenceOf(column);
  const next = `${shown({ ...alter.name, name: `${alter.name.name}_${added.column}_next` })}`;
  const own = `pg_get_serial_sequence(${quoteLiteral(shown(alter.name))}, ${quoteLiteral(added.column)})`;
  return {
    name: stepName('identity', alter.name.name, added.column),
    sql: [
      `${alterColumn} DROP DEFAULT`,
      `ALTER SEQUENCE ${filler} OWNED BY NONE`,
      `ALTER SEQUENCE ${filler} RENAME TO ${displayIdentifier(`${alter.name.name}_${added.column}_next`)}`,
      `${alterColumn} ADD ${clause}`,
      `SELECT setval(${own}, nextval(${quoteLiteral(next)}))`,
      `DROP SEQUENCE ${next}`,
    ],
    rollback: [
      `CREATE SEQUENCE ${next}`,
      `SELECT setval(${quoteLiteral(next)}, nextval(${own}))`,
      `${alterColumn} DROP IDENTITY`,
      `ALTER SEQUENCE ${next} RENAME TO ${displayIdentifier(nameFor(column.subject.known, alter.name, [added.column], 'seq'))}`,
      `${alterColumn} SET DEFAULT nextval(${quoteLiteral(filler)})`,
      `ALTER SEQUENCE ${filler} OWNED BY ${shown(alter.name)}.${name}`,
    ],
  };
}
