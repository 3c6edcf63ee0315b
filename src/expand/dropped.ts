import { type QualifiedName, TokenReader } from '../sql/token-reader.ts';

/** A column that a migration drops. */
export interface DroppedColumn {
  readonly table: QualifiedName;
  readonly column: string;
  /** Another column of the table has its name afterwards: who asks for it goes on. */
  readonly nameStays: boolean;
}

interface Action {
  readonly table: QualifiedName;
  readonly drops?: string;
  /** RENAME COLUMN ... TO */
  readonly names?: string;
}

/** What ALTER TABLE drops among these statements, by their text. */
export function droppedColumns(statements: readonly { readonly sql: string }[]): DroppedColumn[] {
  const actions = statements.flatMap(({ sql }) => actionsOf(sql));
  const isNamed = (table: QualifiedName, column: string) =>
    actions.some((one) => one.names === column && one.table.name === table.name && one.table.schema === table.schema);
  return actions.flatMap(({ table, drops }) =>
    drops === undefined ? [] : [{ table, column: drops, nameStays: isNamed(table, drops) }],
  );
}

function actionsOf(sql: string): Action[] {
  const reader = new TokenReader(sql);
  if (!reader.accept('ALTER', 'TABLE')) return [];
  reader.accept('IF', 'EXISTS');
  reader.accept('ONLY');
  const table = reader.qualifiedName();
  if (!table) return [];
  const found: Action[] = [];
  do {
    const action = actionAt(reader, table);
    if (action) found.push(action);
    while (!reader.atEnd && reader.word !== ',') if (!reader.skipBrackets()) reader.next();
  } while (reader.accept(','));
  return found;
}

function actionAt(reader: TokenReader, table: QualifiedName): Action | undefined {
  if (reader.accept('DROP')) {
    if (reader.isAt('CONSTRAINT')) return undefined;
    reader.accept('COLUMN');
    reader.accept('IF', 'EXISTS');
    const drops = reader.name();
    return drops === undefined ? undefined : { table, drops };
  }
  if (!reader.accept('RENAME') || reader.isAt('CONSTRAINT', 'TO')) return undefined;
  reader.accept('COLUMN');
  reader.name();
  const names = reader.accept('TO') ? reader.name() : undefined;
  return names === undefined ? undefined : { table, names };
}

/** The columns that an UPDATE of this table gives values, as far as its text begins so: `UPDATE t SET a = ...`. */
export function filledColumn(sql: string): string | undefined {
  const reader = new TokenReader(sql);
  if (!reader.accept('UPDATE')) return undefined;
  reader.accept('ONLY');
  reader.qualifiedName();
  while (!reader.atEnd && !reader.accept('SET')) reader.next();
  reader.accept('(');
  return reader.name();
}

/** Whether a statement of the file names it, as a word of its own. */
export function namesObject(statements: readonly { readonly sql: string }[], name: string): boolean {
  return statements.some(({ sql }) => {
    for (const reader = new TokenReader(sql); !reader.atEnd; ) {
      const word = reader.name();
      if (word === name) return true;
      if (word === undefined) reader.next();
    }
    return false;
  });
}
