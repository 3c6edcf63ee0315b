import { displayIdentifier } from '../../sql/quote.ts';
import type { Fix } from '../finding.ts';
import type { Subject } from '../rule.ts';
import { type DataChange, isWhole } from './changed-rows.ts';
import { shownFix } from './fix.ts';
import { stepName } from './names.ts';
import { shown } from './shown.ts';
import { wordsOf } from './tokens.ts';

/**
 * The same change as a data migration: `Kind: data` runs it range by range of the key, each range in a transaction of its own,
 * with `:batch` as its condition. Only for a change that is the whole statement and reads no other table.
 */
export function batched(subject: Subject, { kind, table, joined }: DataChange): Fix | undefined {
  const key = [...(subject.known.table(table)?.constraints.values() ?? [])].find(({ type }) => type === 'primary key');
  if (!key || joined.length > 0 || !isWhole(subject)) return undefined;
  const by = key.columns.map(displayIdentifier).join(', ');
  return shownFix(`${kind === 'UPDATE' ? 'change' : 'delete'} the rows in batches`, [
    {
      name: stepName(kind === 'UPDATE' ? 'change' : 'delete_from', table.name),
      comment: ['Kind: data', `Batch: ${shown(table)} by ${by}`],
      sql: [withBatch(subject.statement.sql)],
      rollback: [],
    },
  ]);
}

function withBatch(sql: string): string {
  const words = wordsOf(sql).filter(({ depth }) => depth === 0);
  const where = words.find(({ word }) => word === 'WHERE');
  const end = words.find(({ word, start }) => word === 'RETURNING' && start > (where?.start ?? 0))?.start ?? sql.length;
  const tail = end < sql.length ? ` ${sql.slice(end)}` : '';
  if (!where) return `${sql.slice(0, end).trimEnd()} WHERE :batch${tail}`;
  const condition = sql.slice(where.end, end).trim();
  const either = words.some(({ word, start }) => word === 'OR' && start > where.start);
  return `${sql.slice(0, where.end)} ${either ? `(${condition})` : condition} AND :batch${tail}`;
}
