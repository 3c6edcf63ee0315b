import type { MigrationGraph } from '../../graph/graph.ts';
import { describeObject } from '../../graph/object.ts';
import { folderOf } from '../file-set.ts';
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
      // Its numbers put what is behind it in that folder behind it.
      const isBehind = (one: string) => isSameFolderBehind(set.migration(one), other);
      if (declared.some((one) => one === version || isBehind(one))) continue;
      yield complaint(file, version, describeObject(reason.object), reason.later.line);
    }
  },
};

function complaint(file: FileSubject, version: string, object: string, line: number): FileComplaint {
  const subject = file.body.findLast((one) => one.statement.line <= line);
  return {
    message: `this needs ${object} of ${version}, a file of another folder that only its number puts first`,
    why: `Folders are numbered by different people, and --only leaves out what no header names. The header -- Depends: ${version} says it.`,
    ...(subject ? { subject } : {}),
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
