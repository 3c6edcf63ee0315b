import { LAYOUT_NEWEST } from '../../ledger/names.ts';
import type { LedgerEvent } from '../../ledger/write.ts';
import type { Control } from '../control.ts';

/** Of the event by which a way back begins, or goes on: that what was kept is left out (`--no-data`). */
export function beganDetail(data: boolean): NonNullable<LedgerEvent['detail']> {
  return data ? {} : { data: false };
}

/**
 * Whether a way back that is under way leaves out what was kept: somebody has said so, and whoever goes on with it goes on like that.
 * `batches`: what is known of one that runs in batches is only what was said since that run has begun.
 */
export async function leavesOutData(control: Control, version: string, mode: 'batches' | 'steps'): Promise<boolean> {
  const { ledger, names, session } = control;
  if (ledger.layout !== LAYOUT_NEWEST) return false;
  const since = `AND e.at >= (SELECT m.started_at FROM ${names.dataMigrations} AS m
  WHERE m.version = $1 AND m.direction = 'down' AND m.state <> 'succeeded')`;
  const [row] = await session.query(
    `SELECT e.detail ->> 'data' AS data FROM ${names.events} AS e
WHERE e.version = $1 AND e.event = 'rollback_started' ${mode === 'batches' ? since : ''} ORDER BY e.seq DESC LIMIT 1`,
    [version],
  );
  return row?.data === 'false';
}
