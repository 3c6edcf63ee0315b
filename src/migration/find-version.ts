import { Problem } from '../problem/problem.ts';
import { editDistance } from './near.ts';

interface Numbered {
  readonly version: string;
  readonly number: bigint;
}

/**
 * The one version that a person's text means: the version itself (with or without `.sql`), or its number where only one
 * has it. Else the Problem 'version-unknown', with what was probably meant, or 'version-ambiguous'.
 */
export function findVersion<V extends Numbered>(versions: readonly V[], text: string): V | Problem {
  const wanted = text.trim().replace(/\.sql$/, '');
  const exact = versions.find((one) => one.version === wanted);
  if (exact) return exact;
  const numbered = /^[0-9]+$/.test(wanted) ? versions.filter((one) => one.number === BigInt(wanted)) : [];
  const [only, second] = numbered;
  if (only && !second) return only;
  return only ? ambiguous(wanted, numbered) : unknown(wanted, versions);
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
