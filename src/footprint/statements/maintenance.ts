import { relationName } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import { markColumnRead } from '../columns-read.ts';
import type { Marks } from '../marks.ts';
import { indexPath, knownRelationPath, memberPath, schemaPath } from '../paths.ts';

/** VACUUM, ANALYZE */
export function markVacuum(marks: Marks, { rels }: Fields<'VacuumStmt'>): void {
  for (const { relation, va_cols: columns } of all('VacuumRelation', rels)) {
    const written = relationName(relation);
    if (!written) continue;
    const table = marks.before.resolve(written);
    marks.reads(knownRelationPath(marks.before, table));
    for (const { sval } of all('String', columns)) if (sval) markColumnRead(marks, table, sval);
  }
}

/** CLUSTER. It keeps which index it was. */
export function markCluster(marks: Marks, { relation, indexname }: Fields<'ClusterStmt'>): void {
  const written = relationName(relation);
  if (!written) return;
  const table = marks.before.resolve(written);
  const path = knownRelationPath(marks.before, table);
  marks.reads(path);
  if (indexname === undefined) return;
  marks.reads(indexPath(marks.before, { schema: table.schema, name: indexname }));
  marks.changes(memberPath(path, 'settings', 'clustering'));
}

/** REINDEX */
export function markReindex(marks: Marks, { kind, relation, name }: Fields<'ReindexStmt'>): void {
  const written = relationName(relation);
  if (written && kind === 'REINDEX_OBJECT_INDEX') marks.reads(indexPath(marks.before, written));
  else if (written) marks.reads(knownRelationPath(marks.before, marks.before.resolve(written)));
  else if (kind === 'REINDEX_OBJECT_SCHEMA' && name !== undefined) marks.reads(schemaPath(name));
}
