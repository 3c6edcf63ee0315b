import type { Location } from '../problem/problem.ts';
import { LineIndex } from '../sql/position.ts';
import type { Migration, Statement } from './migration.ts';

/** Where in its file the character at `offset` (UTF-16, in `statement.sql`) stands, in a commented section too. */
export function locate(migration: Pick<Migration, 'file' | 'text'>, statement: Statement, offset: number): Location {
  if (statement.offset < 0) return { file: migration.file, ...placeWithin(statement, offset) };
  return { file: migration.file, ...new LineIndex(migration.text).at(fileOffset(statement, offset)) };
}

/** From the statement alone, whose own line and column are known: of its first line, only what belongs to it is shown. */
function placeWithin(statement: Statement, offset: number): Omit<Location, 'file'> {
  const { line, column, lineText } = new LineIndex(statement.sql).at(offset);
  const indent = line === 1 ? ' '.repeat(Math.min(statement.column - 1, 200)) : '';
  return {
    line: statement.line + line - 1,
    column: line === 1 ? column + indent.length : column,
    lineText: indent + lineText,
  };
}

/** The offset in `Migration.text` of an offset in `statement.sql`. */
export function fileOffset(statement: Pick<Statement, 'sql' | 'offset' | 'lineMap'>, offset: number): number {
  if (!statement.lineMap) return statement.offset + offset;
  const lineStart = statement.sql.lastIndexOf('\n', offset - 1) + 1;
  const line = countLines(statement.sql, lineStart);
  return (statement.lineMap[line] ?? statement.offset) + offset - lineStart;
}

/** The statement that an offset in `Migration.text` lies in, and the offset in its SQL; undefined between statements. */
export function statementAt(
  statements: readonly Statement[],
  offset: number,
): { readonly statement: Statement; readonly offset: number } | undefined {
  const statement = statements.findLast((one) => one.offset <= offset);
  if (!statement) return undefined;
  const inside = statement.lineMap
    ? offsetInLines(statement.sql, statement.lineMap, offset)
    : offset - statement.offset;
  return inside !== undefined && inside <= statement.sql.length ? { statement, offset: inside } : undefined;
}

/** Where a header names a word: the first line `-- Key: ... word ...` (in code `// Key: ...`) of the file. */
export function locateInHeader(migration: Pick<Migration, 'file' | 'text'>, key: string, word: string): Location {
  const header = new RegExp(`^(?:--|//)[ \\t]*${key}:.*?(?<![\\w-])(?=${word}(?![\\w-]))`, 'm').exec(migration.text);
  if (!header) return { file: migration.file };
  return { file: migration.file, ...new LineIndex(migration.text).at(header.index + header[0].length) };
}

function offsetInLines(sql: string, lineMap: readonly number[], offset: number): number | undefined {
  const lines = sql.split('\n');
  const line = lineMap.findLastIndex((start) => start <= offset);
  const before = lines.slice(0, line).reduce((length, text) => length + text.length + 1, 0);
  const column = offset - (lineMap[line] ?? 0);
  return column <= (lines[line]?.length ?? 0) ? before + column : undefined;
}

function countLines(text: string, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
