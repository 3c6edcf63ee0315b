import type { KnownConstraint, KnownIndex, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { FixStep } from '../finding.ts';
import type { Subject } from '../rule.ts';
import type { AlterTable } from './alter-table.ts';
import { constraintSteps } from './constraint-steps.ts';
import { stepName } from './names.ts';
import { columnList, shown } from './shown.ts';
import { shortName } from './tables.ts';

/** A column that is to take the place of another. */
export interface Successor {
  readonly subject: Subject;
  readonly alter: AlterTable;
  readonly known: KnownTable | undefined;
  readonly column: string;
  readonly fresh: string;
}

/** What of a column its successor gets as well, and what a person has to see to. */
export interface Partners {
  readonly steps: readonly FixStep[];
  /** Gives them their names, once the column is gone with its own. */
  readonly rename: readonly string[];
  /** Names of indexes and constraints that are not among them. */
  readonly left: readonly string[];
}

/** Plain indexes and foreign keys come over; what has an expression, a condition or a constraint on it does not. */
export function partnersOf(successor: Successor): Partners {
  const { known, column } = successor;
  const indexes = [...(known?.indexes.values() ?? [])].filter(({ columns, mentions }) =>
    [...columns, ...mentions].includes(column),
  );
  const constraints = [...(known?.constraints.values() ?? [])].filter(
    ({ columns, type }) => columns.includes(column) && type !== 'not null',
  );
  const carried = indexes.filter(isPlain);
  const keys = constraints.filter(({ type }) => type === 'foreign key');
  const left = [...indexes, ...constraints].filter(
    (one) => ![...carried, ...keys].some(({ name }) => name === one.name),
  );
  return {
    steps: [...carried.map((index) => indexStep(successor, index)), ...keys.flatMap((key) => keySteps(successor, key))],
    rename: [
      ...carried.map(
        ({ name }) => `ALTER INDEX ${inSchema(successor, `${name}_new`)} RENAME TO ${displayIdentifier(name)}`,
      ),
      ...keys.map(({ name }) => renameConstraint(successor.alter, `${name}_new`, name)),
    ],
    left: [...new Set(left.map(({ name }) => displayIdentifier(name)))],
  };
}

export function renameConstraint({ head }: AlterTable, from: string, to: string): string {
  return `${head} RENAME CONSTRAINT ${displayIdentifier(from)} TO ${displayIdentifier(to)}`;
}

function isPlain({ plain, partial, valid, constraint, columns }: KnownIndex): boolean {
  return plain && !partial && valid && constraint === undefined && !columns.includes(undefined);
}

/** An index is in its table's schema. */
function inSchema({ alter }: Successor, name: string): string {
  return shown({ ...alter.name, name });
}

function indexStep(successor: Successor, { name, unique, method, columns, included }: KnownIndex): FixStep {
  const replaced = columns.map((one) => (one === successor.column ? successor.fresh : (one ?? '')));
  const create = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${displayIdentifier(`${name}_new`)}`;
  const using = method === 'btree' ? '' : ` USING ${displayIdentifier(method)}`;
  const include = included.length > 0 ? ` INCLUDE ${columnList(included)}` : '';
  return {
    name: stepName('index', `${name}_new`),
    sql: [`${create} ON ${shown(successor.alter.name)}${using} ${columnList(replaced)}${include}`],
    rollback: [`DROP INDEX CONCURRENTLY ${inSchema(successor, `${name}_new`)}`],
  };
}

const ACTIONS = {
  cascade: ' ON DELETE CASCADE',
  'set null': ' ON DELETE SET NULL',
  'set default': ' ON DELETE SET DEFAULT',
};

function keySteps({ subject, alter, column, fresh }: Successor, key: KnownConstraint): FixStep[] {
  const { name, columns, references, onDelete } = key;
  if (!references) return [];
  const replaced = columns.map((one) => (one === column ? fresh : one));
  const to = `${shown(shortName(subject, references.table))}${references.columns.length > 0 ? ` ${columnList(references.columns)}` : ''}`;
  const definition = `FOREIGN KEY ${columnList(replaced)} REFERENCES ${to}${onDelete ? ACTIONS[onDelete] : ''}`;
  return constraintSteps(alter.head, `${name}_new`, definition);
}
