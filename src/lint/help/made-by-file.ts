import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { as } from '../../syntax/tree.ts';
import type { FileSubject, Subject } from '../rule.ts';
import { tableCommands } from './drops.ts';
import { relationMade } from './new-names.ts';
import { tableKey } from './tables.ts';

/** What a file makes that was not there before, and what it only gives another name; read once, asked often. */
export class MadeByFile {
  readonly #tables = new Set<string>();
  readonly #columns = new Set<string>();
  readonly #renamed = new Set<string>();
  readonly #before: FileSubject['before'];

  constructor({ body, before }: FileSubject) {
    this.#before = before;
    for (const subject of body) {
      this.#readRelation(subject);
      this.#readColumns(subject);
    }
  }

  hasTable(subject: Subject, name: QualifiedName): boolean {
    return this.#tables.has(keyOf(subject, name));
  }

  hasColumn(subject: Subject, table: QualifiedName, column: string): boolean {
    return this.#columns.has(keyOf(subject, table, column));
  }

  /** A table, or a column, that had another name before. */
  renames(subject: Subject, table: QualifiedName, column?: string): boolean {
    return this.#renamed.has(keyOf(subject, table, column));
  }

  #readRelation(subject: Subject): void {
    const { tree } = subject;
    const renamed = as('RenameStmt', tree?.node);
    const table = relationName(renamed?.relation);
    if (renamed?.renameType === 'OBJECT_COLUMN' && table) this.#renamed.add(keyOf(subject, table, renamed.newname));
    const made = tree && relationMade(tree.node);
    if (!made) return;
    const passesOver = as('CreateStmt', tree.node)?.if_not_exists && this.#before.table(made) !== undefined;
    if (renamed) this.#renamed.add(keyOf(subject, made));
    else if (!passesOver) this.#tables.add(keyOf(subject, made));
  }

  #readColumns(subject: Subject): void {
    for (const { table, cmd } of tableCommands(subject, 'AT_AddColumn')) {
      const column = as('ColumnDef', cmd.def)?.colname ?? '';
      const passesOver = cmd.missing_ok && this.#before.table(table)?.columns.has(column);
      if (!passesOver) this.#columns.add(keyOf(subject, table, column));
    }
  }
}

/** No name holds a NUL. */
function keyOf({ known }: Subject, name: QualifiedName, column?: string): string {
  const table = tableKey(known.resolve(name));
  return column === undefined ? table : `${table}\0${column}`;
}
