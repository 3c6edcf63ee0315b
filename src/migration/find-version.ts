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
  const suggestions = suggest(wanted, versions);
  return new Problem('version-unknown', `there is no version ${wanted}`, {
    found: wanted,
    expected: 'a version, or its number',
    next: [
      suggestions.length > 0
        ? `Did you mean ${suggestions.join(' or ')}?`
        : 'See the versions with: taskflow-db status',
    ],
  });
}

function suggest(wanted: string, versions: readonly Numbered[]): string[] {
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
