import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { FileSubject } from '../rule.ts';
import { tableCommands } from './drops.ts';
import { relationMade } from './new-names.ts';
import { isSame } from './same-name.ts';

/** Whether the file creates that relation, and it was not there before: renaming one makes none. */
export function createsTable({ body, before }: FileSubject, name: QualifiedName): boolean {
  return body.some(({ tree, known }) => {
    if (!tree || as('RenameStmt', tree.node) || !isSame(known, relationMade(tree.node), name)) return false;
    return !as('CreateStmt', tree.node)?.if_not_exists || before.table(name) === undefined;
  });
}

/** Whether the file adds that column, and it was not there before. */
export function addsColumn({ body, before }: FileSubject, table: QualifiedName, column: string): boolean {
  return body.some((subject) =>
    tableCommands(subject, 'AT_AddColumn').some(({ table: other, cmd }) => {
      const added = as('ColumnDef', cmd.def)?.colname === column && isSame(subject.known, table, other);
      return added && !(cmd.missing_ok && before.table(table)?.columns.has(column));
    }),
  );
}

/** Whether the file gives that name to a relation that it had under another one. */
export function renamesTo({ body }: FileSubject, name: QualifiedName): boolean {
  return body.some(
    ({ tree, known }) =>
      tree !== undefined && as('RenameStmt', tree.node) !== undefined && isSame(known, relationMade(tree.node), name),
  );
}

export function renamesColumnTo({ body }: FileSubject, table: QualifiedName, column: string): boolean {
  return body.some(({ tree, known }) => {
    const stmt = as('RenameStmt', tree?.node);
    if (stmt?.renameType !== 'OBJECT_COLUMN' || stmt.newname !== column) return false;
    return isSame(known, relationName(stmt.relation), table);
  });
}
