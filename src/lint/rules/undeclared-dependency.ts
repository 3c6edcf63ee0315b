import type { MigrationGraph } from '../../graph/graph.ts';
import type { Reason } from '../../graph/inferred.ts';
import { describeObject } from '../../graph/object.ts';
import { folderOf } from '../file-set.ts';
import { objectPlace } from '../help/object-place.ts';
import type { FileComplaint, FileSubject, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'undeclared-dependency',
  topic: 'transactions',
  summary: 'The file needs one of another folder, and nothing but the numbers puts that one first',
  severity: 'warning',
  weighed: false,
  *file(file) {
    const { migration, set } = file;
    if (!hasOtherFolder(file)) return;
    const declared = declaredBy(set.graph, migration.version);
    for (const { version, inferred } of set.graph.needsOf(migration.version)) {
      const other = set.migration(version);
      const [reason] = inferred?.reasons ?? [];
      if (!other || !reason || reason.weak || folderOf(other.file) === folderOf(migration.file)) continue;
      if (declared.includes(version)) continue;
      // The numbers of that folder put it before this one; what is asked for alone comes without it.
      const behind = declared.find((one) => isSameFolderBehind(set.migration(one), other));
      yield behind === undefined ? complaint(file, version, reason) : leftOut(file, version, behind, reason);
    }
  },
};

function complaint(file: FileSubject, version: string, { object, later }: Reason): FileComplaint {
  return {
    message: `this needs ${describeObject(object)} of ${version}, a file of another folder that only its number puts first`,
    why: `Folders are numbered by different people, and --only leaves out what no header names. The header -- Depends: ${version} says it.`,
    ...objectPlace(file.body, object, later),
  };
}

function leftOut(file: FileSubject, version: string, behind: string, { object, later }: Reason): FileComplaint {
  return {
    message: `this needs ${describeObject(object)} of ${version}, which only its number puts before ${behind}, which a header names`,
    why: `In order they run all right, but --only leaves out what no header names. The header -- Depends: ${version} says it.`,
    severity: 'note',
    ...objectPlace(file.body, object, later),
  };
}

function hasOtherFolder({ migration, set }: FileSubject): boolean {
  return set.folders.size > 1 && set.folders.has(folderOf(migration.file));
}

/** All that its headers name, through others too. */
function declaredBy(graph: MigrationGraph, version: string): string[] {
  const seen = new Set([version]);
  for (const one of seen) for (const to of graph.nodes[graph.placeOf(one)]?.depends ?? []) seen.add(to);
  seen.delete(version);
  return [...seen];
}

type Placed = { readonly file: string; readonly number: bigint } | undefined;

function isSameFolderBehind(one: Placed, other: NonNullable<Placed>): boolean {
  return one !== undefined && folderOf(one.file) === folderOf(other.file) && one.number > other.number;
}
