import type { Fix } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { batchLoop, LOOP_HEADER, loopKey } from './batch-loop.ts';
import { type DataChange, isWhole } from './changed-rows.ts';
import { shownFix } from './fix.ts';
import { stepName } from './names.ts';
import { wordsOf } from './tokens.ts';

/**
 * The same change in a loop over the key, each range of it in a transaction of its own. Only for a change that is the whole
 * statement and reads no other table, of a table with a primary key of one column.
 */
export function batched(subject: Subject, { kind, table, joined }: DataChange): Fix | undefined {
  const known = subject.known.table(table);
  const key = known && loopKey(known);
  const { sql } = subject.statement;
  if (key === undefined || joined.length > 0 || !isWhole(subject) || sql.includes('$$')) return undefined;
  const what = kind === 'UPDATE' ? 'change' : 'delete';
  return shownFix(`${what} the rows in batches, in a file of its own`, [
    {
      name: stepName(kind === 'UPDATE' ? 'change' : 'delete_from', table.name),
      comment: [LOOP_HEADER],
      sql: [batchLoop(table, key, (range) => withRange(sql, range))],
      rollback: [],
    },
  ]);
}

function withRange(sql: string, range: string): string {
  const words = wordsOf(sql).filter(({ depth }) => depth === 0);
  const where = words.find(({ word }) => word === 'WHERE');
  const end = words.find(({ word, start }) => word === 'RETURNING' && start > (where?.start ?? 0))?.start ?? sql.length;
  const tail = end < sql.length ? ` ${sql.slice(end)}` : '';
  if (!where) return `${sql.slice(0, end).trimEnd()} WHERE ${range}${tail}`;
  const condition = sql.slice(where.end, end).trim();
  const either = words.some(({ word, start }) => word === 'OR' && start > where.start);
  return `${sql.slice(0, where.end)} ${either ? `(${condition})` : condition} AND ${range}${tail}`;
}
