import { renamedColumn } from '../../known/expression.ts';
import type { KnownConstraint, KnownIndex, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { expressionText } from '../../syntax/expression-text.ts';
import type { FixStep } from '../finding.ts';
import type { Subject } from '../rule.ts';
import type { AlterTable } from './alter-table.ts';
import { constraintSteps } from './constraint-steps.ts';
import { type Handover, handover, inTurn } from './handover.ts';
import { indexText, inPlace, isOn } from './index-text.ts';
import { foreignKeyText } from './key-text.ts';
import { stepName } from './names.ts';
import { shown } from './shown.ts';
import { shortName } from './tables.ts';

/** A column that is to take the place of another. */
export interface Successor {
  readonly subject: Subject;
  readonly alter: AlterTable;
  readonly known: KnownTable | undefined;
  readonly column: string;
  readonly fresh: string;
}

/** Indexes, checks and foreign keys of a column that its successor gets as well, and what a person has to see to. */
export interface Partners extends Handover {
  /** Names of indexes and constraints that are not among them. */
  readonly left: readonly string[];
}

/** What is on the column, but for keys (see column-keys.ts) and NOT NULL. */
export function partnersOf(successor: Successor): Partners {
  const { known, column } = successor;
  const indexes = [...(known?.indexes.values() ?? [])].filter(
    (one) => one.constraint === undefined && isOn(one, column),
  );
  const constraints = [...(known?.constraints.values() ?? [])].filter(
    ({ type, columns }) => columns.includes(column) && !['not null', 'primary key', 'unique'].includes(type),
  );
  const parts = [
    ...indexes.map((one) => [one.name, indexOver(successor, one)] as const),
    ...constraints.map((one) => [one.name, constraintOver(successor, one)] as const),
  ];
  return {
    ...inTurn(parts.flatMap(([, over]) => over ?? [])),
    left: parts.flatMap(([name, over]) => (over ? [] : [displayIdentifier(name)])),
  };
}

export function renameConstraint({ head }: Pick<AlterTable, 'head'>, from: string, to: string): string {
  return `${head} RENAME CONSTRAINT ${displayIdentifier(from)} TO ${displayIdentifier(to)}`;
}

/** The name that something of the new column has until the old one is gone. */
export function freshName(name: string): string {
  return `${name}_new`;
}

/** An index is in its table's schema. */
function inSchema({ alter }: Successor, name: string): string {
  return shown({ ...alter.name, name });
}

function indexOver(successor: Successor, index: KnownIndex): Handover | undefined {
  const step = index.valid ? indexStep(successor, index) : undefined;
  const fresh = inSchema(successor, freshName(index.name));
  return (
    step && handover({ steps: [step], rename: [`ALTER INDEX ${fresh} RENAME TO ${displayIdentifier(index.name)}`] })
  );
}

/** Builds the same index on the new column. */
export function indexStep(successor: Successor, index: KnownIndex): FixStep | undefined {
  const create = createIndex(successor, index, ' CONCURRENTLY');
  const name = freshName(index.name);
  if (create === undefined) return undefined;
  return {
    name: stepName('index', name),
    sql: [create],
    rollback: [`DROP INDEX CONCURRENTLY ${inSchema(successor, name)}`],
  };
}

export function createIndex(successor: Successor, index: KnownIndex, concurrently = ''): string | undefined {
  const text = indexText(index, successor);
  const create = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX${concurrently} ${displayIdentifier(freshName(index.name))}`;
  return text && `${create} ON ${shown(successor.alter.name)} ${text}`;
}

function constraintOver(successor: Successor, constraint: KnownConstraint): Handover | undefined {
  const { name, validated } = constraint;
  const definition = definitionOf(successor, constraint);
  if (definition === undefined) return undefined;
  const steps = constraintSteps(successor.alter.head, freshName(name), definition);
  return handover({
    steps: validated ? steps : steps.slice(0, 1),
    rename: [renameConstraint(successor.alter, freshName(name), name)],
  });
}

function definitionOf(successor: Successor, constraint: KnownConstraint): string | undefined {
  const { type, columns, references, expression } = constraint;
  const { subject, column, fresh } = successor;
  if (type === 'foreign key' && references)
    return foreignKeyText(
      constraint,
      inPlace(columns, successor),
      shortName(subject, references.table),
      references.columns,
    );
  const check = type === 'check' ? expressionText(renamedColumn(expression, column, fresh)) : undefined;
  return check && `CHECK (${check})`;
}
