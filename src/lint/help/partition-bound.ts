import type { PartitionBoundSpec } from '@pgsql/types';
import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { type Word, wordsOf } from './tokens.ts';

/**
 * The bounds of a partition as a condition on the key, in the form in which PostgreSQL keeps them, so that a CHECK with it
 * proves them; undefined for hash partitions, for several columns and where the key is not known.
 */
export function boundCondition(
  bound: PartitionBoundSpec | undefined,
  statement: string,
  parent: KnownTable | undefined,
): string | undefined {
  const [key, ...more] = parent?.partitionedBy ?? [];
  if (!bound || key === undefined || more.length > 0) return undefined;
  const column = displayIdentifier(key);
  if (bound.strategy === 'r') return rangeCondition(column, statement);
  return bound.strategy === 'l' ? listCondition(column, statement) : undefined;
}

/** FOR VALUES FROM (a) TO (b) */
function rangeCondition(column: string, statement: string): string | undefined {
  const words = wordsOf(statement);
  const from = inParentheses(statement, words, 'FROM');
  const to = inParentheses(statement, words, 'TO');
  if (from === undefined || to === undefined) return undefined;
  const parts = [
    `${column} IS NOT NULL`,
    from.toUpperCase() === 'MINVALUE' ? '' : `${column} >= ${from}`,
    to.toUpperCase() === 'MAXVALUE' ? '' : `${column} < ${to}`,
  ];
  return parts.filter((part) => part !== '').join(' AND ');
}

/** FOR VALUES IN (a, b) */
function listCondition(column: string, statement: string): string | undefined {
  const values = inParentheses(statement, wordsOf(statement), 'IN');
  if (values === undefined || /\bnull\b/i.test(values)) return undefined;
  return `${column} IS NOT NULL AND ${column} IN (${values})`;
}

/** What the last of such words has in its parentheses. */
function inParentheses(text: string, words: readonly Word[], word: string): string | undefined {
  const at = words.findLastIndex((one) => one.word === word && one.depth === 0);
  const open = words[at + 1];
  const close = words.slice(at + 1).find((one) => one.word === ')' && one.depth === 0);
  return at >= 0 && open?.word === '(' && close ? text.slice(open.end, close.start).trim() : undefined;
}
