import { findNeeded, suggestVersions } from '../migration/find-version.ts';
import { locateInHeader } from '../migration/locate.ts';
import type { Migration } from '../migration/migration.ts';
import { Problem } from '../problem/problem.ts';
import type { MigrationStatus } from './reconcile.ts';

/** What the `Depends:` headers of a migration come to. */
export interface Needed {
  /** Versions, each once; of what cannot be resolved the words of the header. */
  readonly depends: readonly string[];
  /** One for each word that means no version, or several. */
  readonly problems: ReadonlyMap<string, Problem>;
}

/** Looks up what the headers name, among files and what is on record. */
export function neededBy(
  migration: Pick<Migration, 'version' | 'file' | 'text' | 'headers'>,
  versions: readonly MigrationStatus[],
): Needed {
  const depends = new Set<string>();
  const problems = new Map<string, Problem>();
  for (const text of migration.headers.depends) {
    const found = findNeeded(versions, text);
    depends.add(found instanceof Problem ? text : found.version);
    if (found instanceof Problem) problems.set(text, unresolved(migration, text, found, versions));
  }
  return { depends: [...depends], problems };
}

function unresolved(
  migration: Pick<Migration, 'version' | 'file' | 'text'>,
  text: string,
  { code, fields }: Problem,
  versions: readonly MigrationStatus[],
): Problem {
  const { version, file } = migration;
  const isAmbiguous = code === 'version-ambiguous';
  const meant = suggestVersions(text, versions);
  const message = isAmbiguous ? `which may mean several: ${fields.found}` : 'which is not applied and has no file';
  const add = `Add the file of ${text}, or correct the Depends: header.`;
  const guess = [`Did you mean ${meant.join(' or ')}?`, `Else add the file of ${text}.`];
  return new Problem('order', `${version} depends on ${text}, ${message}`, {
    where: { ...locateInHeader(migration, '(?:Depends|Contracts)', text), file },
    version,
    next: isAmbiguous ? ['Write the whole version into its Depends: header.'] : meant.length > 0 ? guess : [add],
  });
}
