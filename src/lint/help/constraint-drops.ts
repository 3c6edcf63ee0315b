import type { Constraint } from '@pgsql/types';
import type { KnownConstraint } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { tableCommands } from './drops.ts';
import { isSame } from './same-name.ts';

export interface DroppedConstraint {
  readonly table: QualifiedName;
  readonly name: string;
  /** Undefined where nothing is known of the table. */
  readonly known: KnownConstraint | undefined;
}

/** What ALTER TABLE ... DROP CONSTRAINT takes from tables that somebody uses. */
export function droppedConstraints(subject: Subject): DroppedConstraint[] {
  return tableCommands(subject, 'AT_DropConstraint').flatMap(({ table, cmd }) => {
    const known = subject.known.table(table);
    const name = cmd.name ?? '';
    return subject.isNew(known) ? [] : { table, name, known: known?.constraints.get(name) };
  });
}

/** The constraints that statements add to a table. */
export function addedConstraints(subjects: readonly Subject[], table: QualifiedName): Constraint[] {
  return subjects.flatMap((subject) =>
    tableCommands(subject, 'AT_AddConstraint').flatMap(({ table: other, cmd }) => {
      const constraint: Constraint | undefined = as('Constraint', cmd.def);
      return constraint && isSame(subject.known, table, other) ? constraint : [];
    }),
  );
}

/** The columns of a UNIQUE or PRIMARY KEY; of one that takes over an index, those of the index. */
export function keyColumns(
  subject: Subject,
  table: QualifiedName,
  constraint: Constraint,
): readonly (string | undefined)[] {
  if (!constraint.indexname) return stringsOf(constraint.keys);
  const { schema } = subject.known.resolve(table);
  return subject.known.index({ schema, name: constraint.indexname })?.index.columns ?? [];
}

/** The same columns, in whatever order: ON CONFLICT asks for no more. */
export function sameColumns(a: readonly (string | undefined)[], b: readonly (string | undefined)[]): boolean {
  return a.length === b.length && a.every((column) => column !== undefined && b.includes(column));
}
