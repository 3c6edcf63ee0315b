import { findVersion } from '../migration/find-version.ts';
import { Problem } from '../problem/problem.ts';

/** The version that a person's text means among those known; throws when it means none or several. */
export function resolveVersion(known: readonly { version: string; number: bigint }[], text: string): string {
  const found = findVersion(known, text);
  if (found instanceof Problem) throw found;
  return found.version;
}
