import type { FormUse } from '../../facts/form.ts';
import type { RelationName } from '../../known/table.ts';
import type { Subject } from '../rule.ts';
import { gatherBefore } from './gather-before.ts';
import { isSameTable, lockedBy, tableKey } from './tables.ts';

/** A table that an earlier statement of the same transaction holds. */
export interface HeldTable {
  readonly table: RelationName;
  readonly by: Subject;
  readonly use: FormUse;
}

const NONE: ReadonlyMap<string, HeldTable> = new Map();

/**
 * The tables in use that the transaction holds under ACCESS EXCLUSIVE when the statement begins, by tableKey, each by who took it
 * first.
 */
export function heldBefore(subject: Subject): ReadonlyMap<string, HeldTable> {
  return subject.transactional ? gatherHeld(subject) : NONE;
}

const gatherHeld = gatherBefore(
  () => new Map<string, HeldTable>(),
  (held, by) => {
    for (const use of by.uses) {
      for (const table of lockedBy(by, use, 'AccessExclusiveLock')) {
        const key = tableKey(table);
        if (!held.has(key)) held.set(key, { table, by, use });
      }
    }
  },
);

/** Constraints that the transaction itself has added NOT VALID before. */
export function addedNotValid(subject: Subject, { target, part }: FormUse): Subject | undefined {
  if (!subject.transactional || !target) return undefined;
  const table = subject.known.resolve(target);
  return gatherNotValid(subject)
    .get(target.name)
    ?.find(
      ({ use }) =>
        use.target !== undefined &&
        isSameTable(subject.known.resolve(use.target), table) &&
        (use.part === undefined || use.part === part),
    )?.by;
}

/** By the name of the table, without its schema. */
const gatherNotValid = gatherBefore(
  () => new Map<string, { readonly by: Subject; readonly use: FormUse }[]>(),
  (added, by) => {
    for (const use of by.uses) {
      if (!use.target || !NOT_VALID.includes(use.form.id)) continue;
      const { name } = use.target;
      const same = added.get(name);
      if (same) same.push({ by, use });
      else added.set(name, [{ by, use }]);
    }
  },
);

const NOT_VALID = ['add-check-not-valid', 'add-foreign-key-not-valid', 'add-not-null-not-valid'];
