import { outermost, type Part } from '../sql/outermost.ts';

/** How to ask for the rows that a DELETE or UPDATE will touch. */
export interface TouchedRows {
  /** WITH before it, as written; empty without. */
  readonly withClause: string;
  /** What it names its table by: `FROM`, as written: `ONLY orders AS o`. */
  readonly target: string;
  /** The name under which its columns are known: the alias, or the table's name; null: the table's own name as resolved. */
  readonly alias: string | null;
  /** Of USING or FROM, as written; empty without. */
  readonly others: string;
  /** Behind WHERE, as written; empty without. */
  readonly condition: string;
}

/**
 * Reads the clauses of a DELETE or UPDATE by the words between them, which the grammar takes nowhere else at this depth; the
 * one exception, `IS DISTINCT FROM`, is left out. Undefined for WHERE CURRENT OF.
 */
export function touchedRows(sql: string, alias: string | undefined): TouchedRows | undefined {
  const parts = outermost(sql);
  const at = (word: string, from: number) => parts.findIndex((one, i) => i >= from && one.word === word);
  const start = parts.findIndex(({ word }) => word === 'DELETE' || word === 'UPDATE');
  if (start < 0) return undefined;
  const isDelete = parts[start]!.word === 'DELETE';
  const name = isDelete ? at('FROM', start) : start;
  const set = isDelete ? name : at('SET', start);
  if (name < 0 || set < 0) return undefined;
  const others = isDelete ? at('USING', set) : fromClause(parts, set);
  const where = at('WHERE', Math.max(set, others));
  const returning = at('RETURNING', Math.max(set, others, where));
  if (parts[where + 1]?.word === 'CURRENT' && where >= 0) return undefined;
  const ends = [others, where, returning].filter((one) => one >= 0);
  const text = (from: number, to: number | undefined) =>
    sql.slice(parts[from]!.token.end, to === undefined ? sql.length : parts[to]!.token.start).trim();
  const next = (from: number) => ends.find((one) => one > from);
  return {
    withClause: sql.slice(0, parts[start]!.token.start).trim(),
    target: text(name, isDelete ? next(name) : set),
    alias: alias ?? null,
    others: others < 0 ? '' : text(others, next(others)),
    condition: where < 0 ? '' : text(where, next(where)),
  };
}

/** The FROM clause of an UPDATE, behind SET. */
function fromClause(parts: readonly Part[], set: number): number {
  return parts.findIndex((one, i) => i > set && one.word === 'FROM' && parts[i - 1]?.word !== 'DISTINCT');
}
