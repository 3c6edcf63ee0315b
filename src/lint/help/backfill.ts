import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { FixStep } from '../finding.ts';
import { stepName } from './names.ts';
import { shown } from './shown.ts';

export interface Backfill {
  readonly table: QualifiedName;
  readonly known: KnownTable | undefined;
  readonly column: string;
  /** What a row gets. */
  readonly value: string;
  /** Which rows still want it. */
  readonly missing: string;
}

/**
 * Fills a column in a data migration: `Kind: data` runs the UPDATE range by range of the key, each range in a transaction of its
 * own, with `:batch` as its condition.
 */
export function backfillStep({ table, known, column, value, missing }: Backfill): FixStep {
  const key = [...(known?.constraints.values() ?? [])].find(({ type }) => type === 'primary key')?.columns;
  const by = key ? ` by ${key.map(displayIdentifier).join(', ')}` : '';
  const name = displayIdentifier(column);
  return {
    name: stepName('fill', table.name, column),
    comment: [`Fill ${shown(table)}.${name}`, 'Kind: data', `Batch: ${shown(table)}${by}`],
    sql: [`UPDATE ${shown(table)} SET ${name} = ${value} WHERE ${missing} AND :batch`],
    rollback: [`UPDATE ${shown(table)} SET ${name} = NULL WHERE ${name} IS NOT NULL AND :batch`],
  };
}
