import type { Known, Learner } from '../../known/known.ts';
import type { Migration } from '../../migration/migration.ts';
import { type InnerStatements, learnFile, rollbackSubjects } from '../statement-subjects.ts';
import type { Reading } from '../subject.ts';

/** Whether a file's ROLLBACK section leaves columns, constraints or indexes that its body has made, as far as text tells. */
export function leavesBehind(
  reading: Reading,
  migration: Migration,
  learner: Learner,
  innerStatements: InnerStatements,
): boolean {
  const before = partsOf(learner.known);
  learnFile(reading, migration, learner, innerStatements);
  for (const _ of rollbackSubjects(reading, migration, learner)) {
    // Learning is all that is wanted.
  }
  return [...partsOf(learner.known)].some((part) => !before.has(part));
}

function partsOf(known: Known): Set<string> {
  const parts = new Set<string>();
  for (const { name, columns, constraints, indexes } of known.tables()) {
    for (const part of [...columns.keys(), ...constraints.keys(), ...indexes.keys()]) {
      parts.add(JSON.stringify([name.schema, name.name, part]));
    }
  }
  return parts;
}
