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
  /** Which rows still want it: none that has it, whatever the value is. */
  readonly missing: string;
}

/**
 * Fills a column that the step before has added, in a loop over the key, each range of it in a transaction of its own; where
 * there is no key, in sweeps.
 */
export function backfillStep({ table, known, column, value, missing }: Backfill): FixStep {
  const key = loopKey(known);
  const name = displayIdentifier(column);
  const update = `UPDATE ${shown(table)} SET ${name} =`;
  const loop =
    key === undefined
      ? sweepLoop(table, missing, (rows) => `${update} ${value} WHERE ${rows}`)
      : batchLoop(table, key, (range) => `${update} ${value} WHERE ${missing} AND ${range}`);
  return {
    name: stepName('fill', table.name, column),
    comment: [`Fill ${shown(table)}.${name}`, LOOP_HEADER],
    sql: [loop],
    rollback: [NOTHING],
  };
}

/**
 * To empty the column would lose data: a trigger that keeps two columns equal copies the NULL into the other one. So the way
 * back leaves the rows alone, by a statement that all servers take, with or without a transaction.
 */
const NOTHING = `DO $$
BEGIN
  NULL; -- the values stay: they go with the column, when the step before is undone
END
$$`;
