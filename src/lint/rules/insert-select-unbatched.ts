import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { Complaint } from '../finding.ts';
import { relationsRead } from '../help/changed-rows.ts';
import { shown } from '../help/shown.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'insert-select-unbatched',
  topic: 'data',
  summary: 'Rows of a table in use are copied in one statement',
  severity: 'note',
  weighed: true,
  on: ['InsertStmt'],
  *statement(subject) {
    if (subject.statement.batch) return;
    const insert = as('InsertStmt', subject.tree?.node);
    const select = as('SelectStmt', insert?.selectStmt);
    const target = relationName(insert?.relation);
    if (!select || !target || select.valuesLists || select.limitCount || subject.loop === 'committing') return;
    const [source] = relationsRead(select).filter((name) => isTable(subject, name));
    if (source) yield complaint(subject, target, source);
  },
};

/** Tables of the server's own schemas, and those that nobody knows, are none. */
function isTable(subject: Subject, name: QualifiedName): boolean {
  const table = subject.known.table(name);
  return table?.kind.endsWith('table') === true && !subject.isNew(table);
}

function complaint({ known, tree }: Subject, target: QualifiedName, source: QualifiedName): Complaint {
  return {
    offset: tree?.offsetOf(as('InsertStmt', tree.node)?.relation?.location) ?? 0,
    message: `all rows come from ${shown(source)} into ${shown(target)} in one transaction, which keeps vacuum from cleaning up for that long`,
    why: 'Rows that are changed meanwhile are copied as they were. In batches by key each is short, and what came later is found by a last sweep.',
    table: known.resolve(source),
  };
}
