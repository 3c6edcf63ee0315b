import type { FormUse, LockMode } from '../../facts/form.ts';
import type { RelationName } from '../../known/table.ts';
import type { Subject } from '../rule.ts';
import { isSameTable, lockedBy } from './tables.ts';

/** A table that an earlier statement of the same transaction holds. */
export interface HeldTable {
  readonly table: RelationName;
  readonly by: Subject;
  readonly use: FormUse;
}

/** The tables in use that the transaction holds at least so strongly when the statement begins, each by who took it first. */
export function heldBefore(subject: Subject, least: LockMode): HeldTable[] {
  const held: HeldTable[] = [];
  for (const by of subject.transactional ? subject.before : []) {
    for (const use of by.uses) {
      for (const table of lockedBy(by, use, least)) {
        if (!held.some((one) => isSameTable(one.table, table))) held.push({ table, by, use });
      }
    }
  }
  return held;
}

/** Constraints that the transaction itself has added NOT VALID before. */
export function addedNotValid(subject: Subject, { target, part }: FormUse): Subject | undefined {
  if (!subject.transactional || !target) return undefined;
  const table = subject.known.resolve(target);
  return subject.before.find((earlier) =>
    earlier.uses.some(
      (use) =>
        NOT_VALID.includes(use.form.id) &&
        use.target !== undefined &&
        isSameTable(subject.known.resolve(use.target), table) &&
        (use.part === undefined || use.part === part),
    ),
  );
}

const NOT_VALID = ['add-check-not-valid', 'add-foreign-key-not-valid', 'add-not-null-not-valid'];
