import type { Chapter } from '../../script/whole.ts';
import { heading } from './sql-text.ts';

/** Each table with its rows, which stand before its triggers. `inserts`: by schema and name of the table, as JSON. */
export function chaptersWithRows(chapters: readonly Chapter[], inserts: ReadonlyMap<string, string>): string[] {
  const places = new Map(
    chapters.flatMap(({ table, sql }, i) => (table && sql !== '' ? [[JSON.stringify(table), i] as const] : [])),
  );
  return chapters.flatMap(({ heading: title, table, sql, behindRows }, i) => {
    const name = table ? JSON.stringify(table) : '';
    const rows = places.get(name) === i ? (inserts.get(name) ?? '') : '';
    return [heading(title), ...[sql, rows, behindRows].filter((text) => text !== '')];
  });
}
