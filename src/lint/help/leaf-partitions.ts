import type { KnownTable } from '../../known/table.ts';
import type { Subject } from '../rule.ts';

/** All partitions of a table; undefined where some may not be known, or have partitions of their own. */
export function leafPartitions({ known }: Subject, parent: KnownTable | undefined): KnownTable[] | undefined {
  const names = parent?.partitions ?? [];
  const tables = names.flatMap((name) => known.table(name) ?? []);
  const all = parent?.complete && names.length > 0 && tables.length === names.length;
  return all && tables.every(({ kind }) => kind === 'table') ? tables : undefined;
}
