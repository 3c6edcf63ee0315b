import { gather, Problem } from '../problem/problem.ts';

/** A migration's file as far as its name tells. */
export interface CatalogueEntry {
  readonly version: string;
  readonly number: bigint;
  readonly name: string;
  /** Path as shown to people. */
  readonly file: string;
}

/** Every migration of all folders, in the order of number, then version. */
export interface Catalogue<E extends CatalogueEntry = CatalogueEntry> {
  readonly entries: readonly E[];
  readonly byVersion: ReadonlyMap<string, E>;
  /** The groups of two or more entries with one number: refused later while one is pending and nothing orders them. */
  readonly sameNumber: readonly (readonly E[])[];
}

/** The catalogue of the entries; throws one Problem 'catalogue' that names every version that is there twice. */
export function buildCatalogue<E extends CatalogueEntry>(entries: readonly E[]): Catalogue<E> {
  const sorted = [...entries].sort(byNumberThenVersion);
  const problems = twins(sorted);
  if (problems.length > 0) throw gather('catalogue', 'the folders of migrations have faults', problems);
  return {
    entries: sorted,
    byVersion: new Map(sorted.map((entry) => [entry.version, entry])),
    sameNumber: groups(sorted, (entry) => String(entry.number)).filter((group) => group.length > 1),
  };
}

/** One problem for each version that several files claim, also where they differ in letter case only. */
export function twins(entries: readonly CatalogueEntry[]): Problem[] {
  return groups(entries, (entry) => entry.version.toLowerCase())
    .filter((group) => group.length > 1)
    .map(twinProblem);
}

function twinProblem(group: readonly CatalogueEntry[]): Problem {
  const versions = [...new Set(group.map((entry) => entry.version))];
  const files = group.map((entry) => entry.file).join(', ');
  const message =
    versions.length === 1
      ? `version ${versions[0]} is there ${group.length === 2 ? 'twice' : `${group.length} times`}`
      : `the versions ${versions.join(' and ')} differ in letter case only`;
  return new Problem('catalogue', message, {
    where: { file: group.at(-1)?.file ?? '' },
    found: files,
    expected: 'one file for each version in all folders',
    next: ['Delete the copies, or give all but one another name.'],
  });
}

function byNumberThenVersion(a: CatalogueEntry, b: CatalogueEntry): number {
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  if (a.version !== b.version) return a.version < b.version ? -1 : 1;
  return a.file < b.file ? -1 : 1;
}

function groups<E>(entries: readonly E[], keyOf: (entry: E) => string): E[][] {
  const found = new Map<string, E[]>();
  for (const entry of entries) {
    const group = found.get(keyOf(entry));
    if (group) group.push(entry);
    else found.set(keyOf(entry), [entry]);
  }
  return [...found.values()];
}
