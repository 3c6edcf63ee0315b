import { type OrderNode, orderMigrations } from '../graph/order.ts';
import type { DependsReference } from '../migration/depends.ts';
import { findVersion } from '../migration/find-version.ts';
import { Problem } from '../problem/problem.ts';

/** What renumbering needs to know of a migration's file. */
export interface RenumberFile {
  readonly version: string;
  readonly number: bigint;
  readonly name: string;
  /** Path as shown to people. */
  readonly file: string;
  readonly references: readonly DependsReference[];
  /** Why it keeps its name; undefined where it may get another. */
  readonly kept: Kept | undefined;
  /** `migrate` would take it up. */
  readonly isToApply: boolean;
  /** The database has nothing on record of it. */
  readonly isNew: boolean;
  /** Only the branch has it. */
  readonly isAbsent?: boolean;
}

export interface Kept {
  /** A `branch` may be overruled by name, the database never. */
  readonly by: 'database' | 'branch';
  /** Behind the version: `is applied to app`. */
  readonly why: string;
}

interface Version {
  readonly version: string;
  readonly number: bigint;
}

/** A file with what its headers name: versions where they are known, else the text as it stands there. */
export interface Resolved extends RenumberFile {
  readonly depends: readonly string[];
}

/**
 * All files in the order in which they are applied. `recorded`: versions on record whose files are gone. Throws one Problem with
 * every circle, and every number among the files that may move which stands for several versions.
 */
export function inOrder(files: readonly RenumberFile[], recorded: readonly Version[]): readonly Resolved[] {
  const known = [...files, ...recorded];
  const complaints: Problem[] = [];
  const resolved = files.map((file): Resolved => {
    const depends = file.references.map((one) => {
      const found = findVersion(known, one.text);
      if (found instanceof Problem && found.code === 'version-ambiguous' && !file.kept) {
        complaints.push(ambiguous(file, one, found));
      }
      return found instanceof Problem ? one.text : found.version;
    });
    return { ...file, depends };
  });
  const versions = new Set(files.map(({ version }) => version));
  const nodes = resolved.map(
    (file): OrderNode => ({ ...file, depends: file.depends.filter((version) => versions.has(version)) }),
  );
  const { ordered, problems } = orderMigrations(nodes, new Set());
  complaints.push(...problems);
  if (complaints.length > 0) throw refusal(complaints);
  const byVersion = new Map(resolved.map((file) => [file.version, file]));
  return ordered.flatMap(({ version }) => byVersion.get(version) ?? []);
}

/** Whom it means cannot be told any more once one of them has another number. */
function ambiguous({ file, version }: RenumberFile, { text, line, start }: DependsReference, found: Problem): Problem {
  return new Problem('renumber-refused', `${version} depends on ${text}, which stands for several versions`, {
    version,
    where: { file, line, column: start + 1 },
    ...(found.fields.found === undefined ? {} : { found: found.fields.found }),
    next: ['Write the whole version into its Depends: header.'],
  });
}

/** One Problem with all that stands against it. */
export function refusal(problems: readonly Problem[]): Problem {
  const [only] = problems;
  const state = 'Nothing was changed.';
  if (only && problems.length === 1) return only.with({ state });
  return new Problem('renumber-refused', 'the migrations cannot be renumbered', { also: problems, state });
}
