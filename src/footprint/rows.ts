import { keyOf } from '../known/schema.ts';
import type { KnownConstraint, KnownTable, RelationName } from '../known/table.ts';
import { familyBelow, partitionedAbove } from './family.ts';
import type { Marks } from './marks.ts';
import { groupPath, knownRelationPath, memberPath } from './paths.ts';

/** Of several migrations that put rows into a table, neither minds the other. A row waits for those that it points at. */
export function addRows(marks: Marks, name: RelationName): void {
  marks.creates(memberPath(knownRelationPath(marks.before, name), 'rows', marks.version));
  for (const key of foreignKeysOf(marks.before.table(name))) orderByRows(marks, key.table);
  for (const one of [name, ...familyBelow(marks.before, name)].filter((each) => isPartitioned(marks, each)))
    marks.comesBehind(groupPath(knownRelationPath(marks.before, one), 'partitions'));
  const base = baseOf(marks, name);
  if (!base) return;
  // What keeps rows out of the table keeps them out of the view.
  for (const group of ['columns', 'constraints', 'triggers'] as const)
    marks.readsAll(groupPath(knownRelationPath(marks.before, base), group), true);
  addRows(marks, base);
}

/** UPDATE: of a key that others point at it changes them, too. */
export function updateRows(marks: Marks, name: RelationName, columns: readonly string[]): void {
  const isSet = (own: readonly string[]) => own.some((one) => columns.includes(one));
  for (const key of foreignKeysOf(marks.before.table(name))) if (isSet(key.columns)) orderByRows(marks, key.table);
  changeRows(marks, name, (child, { references, onUpdate }, change) => {
    if (!isSet(references?.columns ?? [])) return;
    if (onUpdate && onUpdate !== 'restrict') change(child);
    else orderByRows(marks, child);
  });
}

/** DELETE: what points at the rows goes, is changed, or has to be gone. */
export function deleteRows(marks: Marks, name: RelationName): void {
  changeRows(marks, name, (child, { onDelete }, change) => {
    if (onDelete) change(child);
    else orderByRows(marks, child);
  });
}

export function truncateRows(marks: Marks, name: RelationName, cascades: boolean): void {
  changeRows(marks, name, (child, _, change) => {
    if (cascades) change(child);
  });
}

type Follow = (child: RelationName, key: KnownConstraint, change: (name: RelationName) => void) => void;

function changeRows(marks: Marks, name: RelationName, follow: Follow, seen = new Set<string>()): void {
  if (seen.has(keyOf(name))) return;
  seen.add(keyOf(name));
  marks.changes(groupPath(knownRelationPath(marks.before, name), 'rows'));
  const change = (one: RelationName) => changeRows(marks, one, follow, seen);
  for (const one of familyBelow(marks.before, name)) change(one);
  for (const one of partitionedAbove(marks.before, name)) orderByRows(marks, one);
  const base = baseOf(marks, name);
  if (base) change(base);
  for (const { table, constraint } of marks.before.referencing(name)) {
    const key = table.constraints.get(constraint);
    if (key) follow(table.name, key, change);
  }
}

/** The rows of a view are those of the tables that it reads; those of a partition may have been put into the table above. */
export function markRowsRead(marks: Marks, name: RelationName, seen = new Set<string>()): void {
  if (seen.has(keyOf(name))) return;
  seen.add(keyOf(name));
  marks.readsAll(groupPath(knownRelationPath(marks.before, name), 'rows'));
  const others = [...familyBelow(marks.before, name), ...partitionedAbove(marks.before, name)];
  for (const one of others) marks.readsAll(groupPath(knownRelationPath(marks.before, one), 'rows'));
  for (const under of marks.before.table(name)?.reads ?? []) markRowsRead(marks, under, seen);
}

/** It comes behind who has written those, but does not stand on them: nobody knows which rows it means. */
function orderByRows(marks: Marks, name: RelationName): void {
  marks.comesBehind(groupPath(knownRelationPath(marks.before, name), 'rows'));
}

function isPartitioned({ before }: Marks, name: RelationName): boolean {
  return before.table(name)?.kind === 'partitioned table';
}

function foreignKeysOf(table: KnownTable | undefined) {
  return [...(table?.constraints.values() ?? [])].flatMap(({ columns, references }) =>
    references ? [{ columns, table: references.table }] : [],
  );
}

/** The table of a view that is updatable by itself: it reads no other (manual, "Updatable Views"). */
function baseOf({ before }: Marks, name: RelationName): RelationName | undefined {
  const view = before.table(name);
  return view?.kind === 'view' && view.reads.length === 1 ? view.reads[0] : undefined;
}
