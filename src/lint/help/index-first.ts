import type { FormUse } from '../../facts/form.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Fix } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { alterTableOf, commandOf, restWithout } from './alter-table.ts';
import { constraintBody } from './constraint-body.ts';
import { automaticFix } from './fix.ts';
import { notNullSteps, nullableOf } from './not-null-steps.ts';
import { uniqueSteps } from './unique-steps.ts';

/**
 * The steps to a UNIQUE or PRIMARY KEY whose index is built first, and whose columns are NOT NULL by then. A partitioned table
 * has no such way: it takes no constraint USING INDEX.
 */
export function indexFirst(subject: Subject, use: FormUse, title: string): Fix | undefined {
  const { known, options } = subject;
  const alter = alterTableOf(subject);
  const part = commandOf(alter, use, 'AT_AddConstraint');
  const constraint = as('Constraint', part?.command.def);
  if (!alter || !part || !constraint || known.table(alter.name)?.kind === 'partitioned table') return undefined;
  const { head, name: table } = alter;
  const columns = stringsOf(constraint.keys);
  const text = constraintBody(part.text);
  const rest = restWithout(alter, part);
  const steps = uniqueSteps({ head, table, known, constraint, columns, text, rest });
  if (!steps) return undefined;
  const nullable = constraint.contype === 'CONSTR_PRIMARY' ? nullableOf(known, table, columns) : [];
  const notNull = nullable.flatMap((column) =>
    notNullSteps({ head, table, column, known, serverMajor: options.serverMajor }),
  );
  return automaticFix(title, [...steps.slice(0, 1), ...notNull, ...steps.slice(1)]);
}
