import { relationName } from '../../syntax/names.ts';
import { all, type Fields } from '../../syntax/tree.ts';
import { markColumnRead } from '../columns-read.ts';
import type { Marks } from '../marks.ts';
import { markReads } from '../reads.ts';
import { sourceNamed } from '../source.ts';
import { createNamed } from './named.ts';

/** CREATE STATISTICS */
export function markStatistics(marks: Marks, { defnames, relations, exprs }: Fields<'CreateStatsStmt'>): void {
  markReads(marks, relations);
  const written = relationName(all('RangeVar', relations)[0]);
  const table = written && marks.before.resolve(written);
  for (const { name, expr } of all('StatsElem', exprs)) {
    if (name && table) markColumnRead(marks, table, name);
    markReads(marks, expr, table && [sourceNamed(table, table.name)]);
  }
  createNamed(marks, 'statistics', defnames);
}
