import { relationName, stringsOf } from '../../syntax/names.ts';
import { all, type Fields, type Node } from '../../syntax/tree.ts';
import { markColumnRead } from '../columns-read.ts';
import type { Marks } from '../marks.ts';
import { globalPath, knownRelationPath, schemaPath } from '../paths.ts';
import { markReads } from '../reads.ts';
import { sourceNamed } from '../source.ts';

/** CREATE PUBLICATION */
export function markPublication(marks: Marks, { pubname = '', pubobjects }: Fields<'CreatePublicationStmt'>): void {
  markPublished(marks, pubobjects);
  marks.creates(globalPath('publication', pubname));
}

/** ALTER PUBLICATION */
export function markAlterPublication(marks: Marks, { pubname = '', pubobjects }: Fields<'AlterPublicationStmt'>): void {
  markPublished(marks, pubobjects);
  marks.changes(globalPath('publication', pubname));
}

function markPublished(marks: Marks, objects: readonly Node[] | undefined): void {
  for (const { pubtable, name } of all('PublicationObjSpec', objects)) {
    const written = relationName(pubtable?.relation);
    if (!written) {
      if (name !== undefined) marks.reads(schemaPath(name));
      continue;
    }
    const table = marks.before.resolve(written);
    marks.reads(knownRelationPath(marks.before, table));
    for (const column of stringsOf(pubtable?.columns)) markColumnRead(marks, table, column);
    markReads(marks, pubtable?.whereClause, [sourceNamed(table, written.name)]);
  }
}
