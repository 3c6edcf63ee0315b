import type { Statement } from '../migration/migration.ts';

/**
 * Whether a syntax tree would tell more than the words. Rows that are written out (INSERT ... VALUES, COPY data) fill most large
 * files; no rule asks anything of them that their words do not say.
 */
export function worthReading({ words, sql, copyData }: Pick<Statement, 'words' | 'sql' | 'copyData'>): boolean {
  if (copyData !== undefined) return false;
  return words[0] !== 'INSERT' || /\b(?:select|with|table|conflict)\b/i.test(sql);
}
