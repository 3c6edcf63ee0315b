import { Problem } from '../problem/problem.ts';
import { withoutEnding } from './filename.ts';
import { editDistance } from './near.ts';

interface Numbered {
  readonly version: string;
  readonly number: bigint;
  /** The squash that stands for it: its number means that one, where there is another. */
  readonly replacedBy?: string;
}

/** A list of what a squash stands for, or the file that has it. */
export interface MayReplace extends Numbered {
  readonly replaces?: readonly { readonly version: string }[] | (() => readonly { readonly version: string }[]);
  readonly headers?: { readonly replaces: readonly { readonly version: string }[] };
}

/**
 * The one version that a person's text means: the version itself (with or without `.sql`), or its number where only one
 * has it. Else the Problem 'version-unknown', with what was probably meant, or 'version-ambiguous'.
 */
export function findVersion<V extends Numbered>(versions: readonly V[], text: string): V | Problem {
  const wanted = withoutEnding(text.trim());
  const exact = versions.find((one) => one.version === wanted);
  if (exact) return exact;
  const all = /^[0-9]+$/.test(wanted) ? versions.filter((one) => one.number === BigInt(wanted)) : [];
  const own = all.filter(({ replacedBy }) => replacedBy === undefined);
  const numbered = own.length > 0 ? own : all;
  const [only, second] = numbered;
  if (only && !second) return only;
  return only ? ambiguous(wanted, numbered) : unknown(wanted, versions);
}

/**
 * The one version that a `Depends:` header means: as findVersion, but for what a squash stands for, by its version or number,
 * it is the squash.
 */
export function findNeeded<V extends MayReplace>(versions: readonly V[], text: string): V | Problem {
  const exact = versions.find(({ version, replacedBy }) => version === text && replacedBy === undefined);
  if (exact) return exact;
  const found = findVersion(
    versions.filter(({ replacedBy }) => replacedBy === undefined),
    text,
  );
  return found instanceof Problem ? (squashOf(versions, text) ?? found) : found;
}

/** The only squash that stands for what the text means; undefined where there is none. */
export function squashOf<V extends MayReplace>(versions: readonly V[], text: string): V | undefined {
  const wanted = withoutEnding(text.trim());
  const means = (version: string) =>
    version === wanted || (/^[0-9]+$/.test(wanted) && BigInt(/^[0-9]+/.exec(version)?.[0] ?? -1) === BigInt(wanted));
  const [only, second] = versions.filter((one) => replacedIn(one).some(({ version }) => means(version)));
  return second ? undefined : only;
}

function replacedIn(one: MayReplace): readonly { readonly version: string }[] {
  return (typeof one.replaces === 'function' ? one.replaces() : one.replaces) ?? one.headers?.replaces ?? [];
}

function ambiguous(wanted: string, candidates: readonly Numbered[]): Problem {
  const names = candidates.map((one) => one.version);
  return new Problem('version-ambiguous', `the number ${wanted} stands for ${names.length} versions`, {
    found: names.join(', '),
    expected: 'one version',
    next: ['Give the whole version.'],
  });
}

/** The most suggestions that one message shows. */
const SUGGESTIONS_MAX = 3;

function unknown(wanted: string, versions: readonly Numbered[]): Problem {
  return new Problem('version-unknown', `there is no version ${wanted}`, {
    found: wanted,
    expected: 'a version, or its number',
    next: [hint(wanted, versions)],
  });
}

function hint(wanted: string, versions: readonly Numbered[]): string {
  if (versions.length === 0) return 'There is no migration yet: see the folders with --dir.';
  if (/^[0-9]+$/.test(wanted)) return numberHint(BigInt(wanted), versions);
  const suggestions = suggestVersions(wanted, versions);
  return suggestions.length > 0
    ? `Did you mean ${suggestions.join(' or ')}?`
    : 'See the versions with: taskflow-db status';
}

/** The neighbours of a number that nothing has. */
function numberHint(wanted: bigint, versions: readonly Numbered[]): string {
  const sorted = [...versions].sort((a, b) => (a.number < b.number ? -1 : 1));
  const above = sorted.find((one) => one.number > wanted)?.version;
  const below = sorted.findLast((one) => one.number < wanted)?.version;
  if (above === undefined) return `The highest there is: ${below}.`;
  return below === undefined ? `The lowest there is: ${above}.` : `Its neighbours are ${below} and ${above}.`;
}

/** The versions that a misspelt name is near to, the nearest first; for a number alone none is. */
export function suggestVersions(wanted: string, versions: readonly Numbered[]): string[] {
  if (/^[0-9]+$/.test(wanted)) return [];
  const word = wanted.toLowerCase();
  const limit = Math.max(1, Math.floor(word.length / 4));
  return versions
    .map(({ version }) => ({ version, distance: distanceTo(version.toLowerCase(), word, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SUGGESTIONS_MAX)
    .map(({ version }) => version);
}

/** How far a version is from a text, its number left out if that is nearer; 0 when it begins with the text or holds it. */
function distanceTo(version: string, word: string, limit: number): number {
  const name = version.replace(/^[0-9]+[_-]/, '');
  if (word.length >= 3 && version.includes(word)) return 0;
  return Math.min(editDistance(version, word, limit), editDistance(name, word, limit));
}
