import type { Known } from '../../known/known.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';

/** Whether two names point at the same place. */
export function isSame(known: Known, a: QualifiedName | undefined, b: QualifiedName | undefined): boolean {
  if (!a || !b || a.name !== b.name) return false;
  return known.resolve(a).schema === known.resolve(b).schema;
}
