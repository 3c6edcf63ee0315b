import type { KnownTable } from '../known/table.ts';
import type { Marks } from './marks.ts';
import { knownRelationPath, memberPath } from './paths.ts';

/** What a DROP took along in other tables: views, foreign keys, columns of a type, partitions. */
export function markAllGone(marks: Marks): void {
  const names = new Set<string>();
  for (const one of marks.before.tables()) {
    const now = marks.after.table(one.name);
    if (now === one) continue;
    names.add(one.name.name);
    if (now) markMembersGone(marks, one, now);
    else marks.drops(knownRelationPath(marks.before, one.name));
  }
}

function markMembersGone(marks: Marks, old: KnownTable, now: KnownTable): void {
  const path = knownRelationPath(marks.before, old.name);
  for (const group of ['columns', 'constraints', 'indexes'] as const)
    for (const name of old[group].keys()) if (!now[group].has(name)) marks.drops(memberPath(path, group, name));
}
