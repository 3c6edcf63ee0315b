import type { Migration } from '../../migration/migration.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Complaint } from '../finding.ts';
import { dropped } from '../help/drops.ts';
import { madeHere } from '../help/made-here.ts';
import { partOf } from '../help/part-of.ts';
import { readByClause } from '../help/read-by.ts';
import { shown } from '../help/shown.ts';
import { noteIfUnused } from '../help/unused.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'ban-drop-table',
  topic: 'compatibility',
  summary: 'A table that was there before is dropped, with its rows',
  severity: 'warning',
  weighed: false,
  on: ['DropStmt'],
  aliases: ['squawk:ban-drop-table', 'pgfence:drop-table'],
  *statement(subject) {
    for (const name of dropped(subject, 'OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE')) yield* ofTable(subject, name);
  },
};

function* ofTable(subject: Subject, name: QualifiedName): Generator<Complaint> {
  const known = subject.known.table(name);
  if (subject.isNew(known) || name.schema === 'pg_temp' || madeHere(subject, name, ['table', 'foreign table'])) return;
  const leaves = known?.partitionOf !== undefined || isDetached(subject, name);
  yield {
    message: `${shown(name)} goes with all of its rows, and what the running application does with it fails from the commit on (42P01)${readByClause(subject.known, name)}`,
    why: 'Rows come back only from a backup. Let the code stop using the table, wait a release, look that nothing reads or writes it any more (pg_stat_user_tables), and drop it then.',
    ...partOf(subject, ['drop-table', 'drop-table-foreign-key', 'drop-partition'], { target: name }),
    ...noteIfUnused(subject, name),
    // Partitions go by their age, and queries ask for their parent.
    ...(leaves ? { severity: 'note' } : {}),
  };
}

/** The file has taken it out of its parent before. */
function isDetached({ migration, index }: Subject, { name }: QualifiedName): boolean {
  return detachmentsOf(migration).some((one) => one.index < index && one.sql.includes(name));
}

interface Detachment {
  readonly sql: string;
  readonly index: number;
}

/** A file can drop thousands. */
const detachments = new WeakMap<Migration, readonly Detachment[]>();

function detachmentsOf(migration: Migration): readonly Detachment[] {
  let found = detachments.get(migration);
  if (!found) {
    found = migration.statements
      .map(({ sql }, index) => ({ sql, index }))
      .filter(({ sql }) => /\bdetach\s+partition\b/i.test(sql));
    detachments.set(migration, found);
  }
  return found;
}
