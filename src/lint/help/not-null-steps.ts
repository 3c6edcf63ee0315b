import type { Known } from '../../known/known.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { FixStep } from '../finding.ts';
import { type Around, constraintSteps } from './constraint-steps.ts';
import { nameFor, stepName } from './names.ts';

/** The first major version whose NOT NULL is a constraint that can be NOT VALID (release notes of PostgreSQL 18). */
export const NOT_NULL_CONSTRAINTS = 18;

export interface NotNullWanted {
  /** `ALTER TABLE orders` */
  readonly head: string;
  readonly table: QualifiedName;
  readonly column: string;
  readonly known: Known;
  readonly serverMajor: number;
  /** The statement that it is part of. */
  readonly around?: Around | undefined;
}

/**
 * Makes a column NOT NULL without reading the table under ACCESS EXCLUSIVE. Before 18 the way is a CHECK, since SET NOT NULL
 * believes a valid one (manual, "ALTER TABLE").
 */
export function notNullSteps(wanted: NotNullWanted): FixStep[] {
  const { head, table, column, known, serverMajor, around } = wanted;
  const name = nameFor(known, table, [column], 'not_null');
  const shown = displayIdentifier(column);
  if (serverMajor >= NOT_NULL_CONSTRAINTS) return constraintSteps(head, name, `NOT NULL ${shown}`, around);
  const check = `CHECK (${shown} IS NOT NULL)`;
  return [...constraintSteps(head, name, check, around), takeOver(head, shown, name, check, table)];
}

function takeOver(head: string, column: string, name: string, check: string, table: QualifiedName): FixStep {
  const constraint = displayIdentifier(name);
  return {
    name: stepName('set', table.name, column, 'not_null'),
    sql: [`${head} ALTER COLUMN ${column} SET NOT NULL`, `${head} DROP CONSTRAINT ${constraint}`],
    rollback: [`${head} ADD CONSTRAINT ${constraint} ${check}, ALTER COLUMN ${column} DROP NOT NULL`],
  };
}

/** Those of the columns that are not known to be NOT NULL. */
export function nullableOf(known: Known, table: QualifiedName, columns: readonly string[]): string[] {
  const held = known.table(table)?.columns;
  return columns.filter((column) => held?.get(column)?.notNull !== true);
}
