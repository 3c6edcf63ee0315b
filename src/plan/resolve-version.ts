import { findVersion, type MayReplace, squashOf } from '../migration/find-version.ts';
import { Problem } from '../problem/problem.ts';

/**
 * The version that a person's text means among those known; throws when it means none or several. What is only a part of a
 * squash has nothing of its own that could be told or done.
 */
export function resolveVersion(known: readonly MayReplace[], text: string): string {
  const found = findVersion(known, text);
  if (!(found instanceof Problem)) return found.version;
  const squash = squashOf(known, text);
  if (!squash) throw found;
  throw found.with({ found: `${text}, for which ${squash.version} stands`, next: [`Give ${squash.version}.`] });
}
