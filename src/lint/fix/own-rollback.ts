import type { Migration, Statement } from '../../migration/migration.ts';

/**
 * The file's text without those statements of its ROLLBACK section that `undone` has as well: other files undo that now, and it
 * cannot be undone twice.
 */
export function withoutUndone({ text, rollback }: Migration, undone: readonly string[]): string {
  if (rollback.kind !== 'sql') return text;
  const elsewhere = new Set(undone.map(alike));
  const moved = rollback.statements.filter(({ sql }) => elsewhere.has(alike(sql)));
  return moved.reduceRight((rest, statement) => withoutLines(rest, statement), text);
}

function alike(sql: string): string {
  return sql
    .replaceAll(/\s+/g, ' ')
    .replace(/ IF EXISTS\b/i, '')
    .toLowerCase();
}

/** Without the lines on which it stands, where nothing else stands there. */
function withoutLines(text: string, { sql, offset, lineMap = [offset] }: Statement): string {
  const last = sql.slice(sql.lastIndexOf('\n') + 1);
  const end = (lineMap.at(-1) ?? offset) + last.length;
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const rest = /^[ \t]*;?[ \t]*(?:\n|$)/.exec(text.slice(end));
  return /^--[ \t]*$/.test(text.slice(start, offset)) && rest
    ? text.slice(0, start) + text.slice(end + rest[0].length)
    : text;
}
