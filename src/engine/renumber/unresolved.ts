import { findNeeded, suggestVersions } from '../../migration/find-version.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { Problem } from '../../problem/problem.ts';
import type { RenumberFile } from '../../renumber/file.ts';

/** A word of a `Depends:` header that no renumbering can mend. */
export interface UnresolvedHeader {
  /** As it is afterwards. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly version: string;
  readonly text: string;
  /** No file has it, or several do. */
  readonly found: 'missing' | 'ambiguous';
  /** What was perhaps meant, or may be meant: versions as they are afterwards. */
  readonly meant: readonly string[];
}

/**
 * Headers that name what is not there: a typo, a file that is still to come, or one that got another number before the file came that
 * names it. `renamed`: versions, and paths of files, as they are and as they will be.
 */
export function unresolvedHeaders(
  files: readonly RenumberFile[],
  statuses: readonly MigrationStatus[],
  renamed: { readonly version: (one: string) => string; readonly file: (one: string) => string },
): UnresolvedHeader[] {
  const known = [...statuses, ...files.filter(({ isAbsent }) => isAbsent)];
  const afterwards = known.map((one) => ({ version: renamed.version(one.version), number: one.number }));
  return files.flatMap(({ file, version, references }) =>
    references.flatMap(({ text, line }): UnresolvedHeader[] => {
      const found = findNeeded(known, text);
      if (!(found instanceof Problem)) return [];
      const isAmbiguous = found.code === 'version-ambiguous';
      const meant = isAmbiguous
        ? (found.fields.found ?? '').split(', ').map(renamed.version)
        : suggestVersions(text, afterwards);
      const place = { file: renamed.file(file), line, version: renamed.version(version), text };
      return [{ ...place, found: isAmbiguous ? 'ambiguous' : 'missing', meant }];
    }),
  );
}
