import type { FormUse } from '../../facts/form.ts';
import { typeOf } from '../../known/types.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint, Fix } from '../finding.ts';
import { type ColumnClause, clausesOfType } from '../help/add-column.ts';
import { columnStep, filledColumnSteps, type NewColumn } from '../help/column-steps.ts';
import { differs } from '../help/differs.ts';
import { fixOf, shownFix } from '../help/fix.ts';
import { newColumnOf } from '../help/new-column.ts';
import { overNewRow } from '../help/new-row.ts';
import { syncTrigger } from '../help/sync-trigger.ts';
import { wordsOf } from '../help/tokens.ts';
import { targetOf, usesOf } from '../help/uses.ts';
import type { Rule, Subject } from '../rule.ts';

/** The first major version with virtual generated columns. */
const VIRTUAL = 18;

export const rule: Rule = {
  id: 'adding-generated-column',
  topic: 'locks',
  summary: 'ADD COLUMN ... GENERATED ... STORED rewrites the table while nobody can use it',
  severity: 'error',
  weighed: true,
  on: ['add-column-generated-stored'],
  aliases: ['squawk:adding-field-with-default', 'eugene:E11', 'pgfence:add-column-stored-generated'],
  *statement(subject) {
    for (const use of usesOf(subject, 'add-column-generated-stored')) yield complaint(subject, use);
  },
};

function complaint(subject: Subject, use: FormUse): Complaint {
  return {
    offset: use.offset,
    message: `its value is computed and stored for every row, so ${targetOf(use)} is rewritten and blocked for reads and writes meanwhile`,
    why: 'A stored generated column is written under ACCESS EXCLUSIVE, and no column can become one later.',
    use,
    ...fixOf(subject, () => otherwise(subject, use)),
  };
}

function otherwise(subject: Subject, use: FormUse): Fix | undefined {
  const column = newColumnOf(subject, use);
  const clause = column && clausesOfType(column.added, 'CONSTR_GENERATED')[0];
  if (!column || !clause) return undefined;
  return subject.options.serverMajor >= VIRTUAL ? virtual(column, clause) : byTrigger(column, clause);
}

/** Computed when it is read: nothing is written. */
function virtual(column: NewColumn, clause: ColumnClause): Fix {
  const text = clause.text.replace(/\bSTORED\s*$/i, 'VIRTUAL');
  return shownFix('have it computed when it is read', [columnStep(column, [{ ...clause, text }])]);
}

function byTrigger(column: NewColumn, clause: ColumnClause): Fix | undefined {
  const { alter, added, part, subject } = column;
  const value = expressionOf(clause.text);
  const start = part.start + part.text.indexOf(clause.text) + clause.text.indexOf(value);
  const { raw_expr: node } = clause.constraint;
  const overNew = node && subject.tree && overNewRow(value, start, node, subject.tree);
  if (!overNew) return undefined;
  const { make, drop } = syncTrigger(alter.name, added.column, overNew);
  // Its value may be NULL, and a row that is filled with it must not be filled for ever.
  const type = as('ColumnDef', part.command.def)?.typeName;
  const missing = differs(type && typeOf(subject.known, type), displayIdentifier(added.column), `(${value})`);
  const steps = filledColumnSteps(column, { prepare: make, unprepare: drop, value, missing });
  return shownFix('an ordinary column that a trigger keeps, filled in batches', steps);
}

/** What stands in the parentheses behind AS. */
function expressionOf(clause: string): string {
  const words = wordsOf(clause);
  const open = words.find(({ word, depth }) => word === '(' && depth === 0);
  const close = words.findLast(({ word, depth }) => word === ')' && depth === 0);
  return open && close ? clause.slice(open.end, close.start).trim() : '';
}
