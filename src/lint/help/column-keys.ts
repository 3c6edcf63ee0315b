import type { KnownConstraint, KnownIndex, KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { FixStep } from '../finding.ts';
import { createIndex, freshName, indexStep, renameConstraint, type Successor } from './column-partners.ts';
import { constraintSteps } from './constraint-steps.ts';
import { each, type Handover, handover } from './handover.ts';
import { inPlace } from './index-text.ts';
import { foreignKeyText, timingText } from './key-text.ts';
import { stepName } from './names.ts';
import { columnList, shown } from './shown.ts';
import { shortName } from './tables.ts';

/** A PRIMARY KEY or UNIQUE constraint with its index. */
interface Key {
  readonly constraint: KnownConstraint;
  readonly index: KnownIndex;
}

/** A foreign key of a table that points at a column. */
export interface Pointing {
  readonly holder: KnownTable;
  readonly key: KnownConstraint;
  readonly target: readonly string[];
}

/** The primary key and UNIQUE constraints that a column is in. */
export function keysOn(
  table: KnownTable,
  column: string,
): { readonly constraint: KnownConstraint; readonly index: KnownIndex | undefined }[] {
  const constraints = [...table.constraints.values()].filter(
    ({ type, columns }) => (type === 'primary key' || type === 'unique') && columns.includes(column),
  );
  return constraints.map((constraint) => {
    const index = [...table.indexes.values()].find((one) => one.constraint === constraint.name);
    return { constraint, index };
  });
}

export function pointingAt({ subject, known, column }: Pick<Successor, 'subject' | 'known' | 'column'>): Pointing[] {
  if (!known) return [];
  const primary = [...known.constraints.values()].find(({ type }) => type === 'primary key');
  return subject.known.referencing(known.name).flatMap(({ table: holder, constraint }) => {
    const key = holder.constraints.get(constraint);
    const written = key?.references?.columns ?? [];
    const target = written.length > 0 ? written : (primary?.columns ?? []);
    return key && target.includes(column) ? [{ holder, key, target }] : [];
  });
}

/** The index is built beside the old one; in the exchange the constraint is made of it. */
export function keyOver(successor: Successor, { constraint, index }: Key): Handover | undefined {
  const { alter } = successor;
  const [step, again] = [indexStep(successor, index), createIndex(successor, index)];
  if (!step || again === undefined) return undefined;
  const { name, type, deferrable } = constraint;
  const drop = `DROP CONSTRAINT ${displayIdentifier(name)}`;
  const add = `ADD CONSTRAINT ${displayIdentifier(name)} ${type.toUpperCase()}`;
  const using = `${add} USING INDEX ${displayIdentifier(freshName(name))}${timingText(deferrable)}`;
  const anew = `${add} ${columnsText(constraint, index)}${timingText(deferrable)}`;
  return handover({
    steps: [step],
    there: { before: each(alter, drop), after: each(alter, using) },
    // The index that the exchange had made the constraint's went with it.
    back: { before: each(alter, drop), after: [...each(alter, anew), again] },
  });
}

function columnsText({ columns }: KnownConstraint, { included, nullsNotDistinct }: KnownIndex): string {
  const include = included.length > 0 ? ` INCLUDE ${columnList(included)}` : '';
  return `${nullsNotDistinct ? 'NULLS NOT DISTINCT ' : ''}${columnList(columns)}${include}`;
}

/** It points at the new column before the exchange, so that nothing holds the old key any more. */
export function pointingOver(successor: Successor, { holder, key, target }: Pointing): Handover {
  const { subject, alter } = successor;
  const table = shortName(subject, holder.name);
  const head = `ALTER TABLE ${shown(table)}`;
  const to = (columns: readonly string[]) => foreignKeyText(key, key.columns, alter.name, columns);
  const definition = to(inPlace(target, successor));
  const name = displayIdentifier(key.name);
  const valid = key.validated ? '' : ' NOT VALID';
  const steps = constraintSteps(head, freshName(key.name), definition);
  const exchange: FixStep = {
    name: stepName('exchange', key.name),
    sql: [`${head} DROP CONSTRAINT ${name}`, renameConstraint({ head }, freshName(key.name), key.name)],
    rollback: [
      renameConstraint({ head }, key.name, freshName(key.name)),
      `${head} ADD CONSTRAINT ${name} ${to(target)}${valid}`,
    ],
  };
  return handover({
    steps: [...(key.validated ? steps : steps.slice(0, 1)), exchange],
    back: {
      before: [`${head} DROP CONSTRAINT ${name}`],
      after: [`${head} ADD CONSTRAINT ${name} ${definition}${valid}`],
    },
  });
}
