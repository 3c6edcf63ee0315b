import type { KnownTable } from '../../known/table.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { FixStep } from '../finding.ts';
import { batchLoop, LOOP_HEADER, loopKey, sweepLoop } from './batch-loop.ts';
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

/** Fills a column in a loop over the key, each range of it in a transaction of its own; where there is no key, in sweeps. */
export function backfillStep({ table, known, column, value, missing }: Backfill): FixStep {
  const key = loopKey(known);
  const name = displayIdentifier(column);
  const update = `UPDATE ${shown(table)} SET ${name} =`;
  const loop = (to: string, wanting: string) =>
    key === undefined
      ? sweepLoop(table, wanting, (rows) => `${update} ${to} WHERE ${rows}`)
      : batchLoop(table, key, (range) => `${update} ${to} WHERE ${wanting} AND ${range}`);
  return {
    name: stepName('fill', table.name, column),
    comment: [`Fill ${shown(table)}.${name}`, LOOP_HEADER],
    sql: [loop(value, missing)],
    rollback: [loop('NULL', `${name} IS NOT NULL`)],
  };
}
