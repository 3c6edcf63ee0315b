import type { CreatedObject, ObjectKind } from '../../sql/created-object.ts';
import { createdObjects } from '../../sql/objects.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Subject } from '../rule.ts';
import { isSame } from './same-name.ts';

/** Whether an earlier statement of the same file made it. For what `known` does not keep: routines, types, schemas. */
export function madeHere(subject: Subject, name: QualifiedName, kinds: readonly ObjectKind[]): boolean {
  return subject.migration.statements
    .slice(0, subject.index)
    .some(({ sql }) =>
      createdObjects(sql).some((one) => kinds.includes(one.kind) && isSame(subject.known, of(one), name)),
    );
}

function of({ schema, name }: CreatedObject): QualifiedName {
  return schema === undefined ? { name } : { schema, name };
}
