/**
 * Whether a command printed what a document shows. What differs between two good runs is made equal first: times, versions,
 * addresses, how many migrations there are. Line breaks count as spaces: a longer address may wrap elsewhere. A line `...`
 * in the document stands for any lines.
 */
export function matches(shown: string, printed: string, places: Readonly<Record<string, string>> = {}): boolean {
  const words = normalise(shown, {})
    .split('\n')
    .flatMap((line) => (line.trim() === '...' ? [ANY] : line.split(/\s+/).filter(Boolean).map(escapeForPattern)));
  const pattern = words.map((word, i) => (word === ANY || i === words.length - 1 ? word : `${word}\\s+`)).join('');
  return new RegExp(`^\\s*${pattern}\\s*$`).test(normalise(printed, places));
}

const ANY = '[\\s\\S]*?';

const EQUAL: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00)?/g, 'TIME'],
  [/\b\d+(\.\d+)? (ms|s|min)\b/g, 'DURATION'],
  [/\b\d+(\.\d+)? [kMG]?B\b/g, 'SIZE'],
  [/\b1[0-9]\.\d+\b/g, 'VERSION'],
  [/\b\d{8}T\d{6}Z-(full|scoped)-[0-9a-f]{8}\b/g, 'BACKUP'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\b[0-9a-f]{64}\b/g, 'HASH'],
  [/\b(?=\w*[a-f])(?=\w*\d)[0-9a-f]{12}\b/g, 'HASH'],
  [/\b127\.0\.0\.1:\d+/g, 'ADDRESS'],
  [/\bpid \d+/g, 'pid N'],
  [/\b\d+(?= (migrations?|applied|pending|baseline|versions?)\b)/g, 'N'],
  [/\b\d+\/\d+(?= )/g, 'N/N'],
];

export function normalise(text: string, places: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [from, to] of Object.entries(places)) result = result.replaceAll(from, to);
  for (const [pattern, name] of EQUAL) result = result.replace(pattern, name);
  return result;
}

function escapeForPattern(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
