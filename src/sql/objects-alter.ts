import { columnName } from './column-name.ts';
import type { CreatedObject } from './created-object.ts';
import type { QualifiedName, TokenReader } from './token-reader.ts';

/** What ALTER TABLE ... ADD and ALTER TYPE ... ADD VALUE create; the reader stands after ALTER. */
export function alteredObjects(reader: TokenReader): CreatedObject[] {
  if (reader.accept('TYPE')) return addedValue(reader);
  reader.accept('FOREIGN');
  return reader.accept('TABLE') ? addedToTable(reader) : [];
}

function addedToTable(reader: TokenReader): CreatedObject[] {
  reader.accept('IF', 'EXISTS');
  reader.accept('ONLY');
  const table = reader.qualifiedName();
  if (!table) return [];
  reader.accept('*');
  const added: CreatedObject[] = [];
  do {
    const object = reader.accept('ADD') ? addedObject(reader, table) : undefined;
    if (object) added.push(object);
    skipAction(reader);
  } while (reader.accept(','));
  return added;
}

function addedObject(reader: TokenReader, table: QualifiedName): CreatedObject | undefined {
  const place = { ...(table.schema === undefined ? {} : { schema: table.schema }), table: table.name };
  if (reader.accept('CONSTRAINT')) {
    const name = reader.name();
    return name === undefined ? undefined : { kind: 'constraint', name, ...place };
  }
  reader.accept('COLUMN');
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = columnName(reader);
  return name === undefined ? undefined : { kind: 'column', name, ...place };
}

function skipAction(reader: TokenReader): void {
  while (!reader.atEnd && reader.word !== ',') {
    if (!reader.skipBrackets()) reader.next();
  }
}

function addedValue(reader: TokenReader): CreatedObject[] {
  const type = reader.qualifiedName();
  if (!type || !reader.accept('ADD', 'VALUE')) return [];
  reader.accept('IF', 'NOT', 'EXISTS');
  const literal = /^'(.*)'$/s.exec(reader.raw)?.[1];
  if (literal === undefined) return [];
  const schema = type.schema === undefined ? {} : { schema: type.schema };
  return [{ kind: 'enum value', name: literal.replaceAll("''", "'"), table: type.name, ...schema }];
}
