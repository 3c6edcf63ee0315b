import type { RunState } from '../../batch/states.ts';
import { LAYOUT_OF_DATA } from '../../ledger/names.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import type { MigrationState } from '../../plan/state.ts';
import type { Control } from '../control.ts';
import { type DataStatus, statusOf } from './show.ts';
import { readRun } from './store.ts';

/** A version that is not in force and has a run: in the state that this is in, and how far it is. */
export async function asData(control: Control, status: MigrationStatus): Promise<MigrationStatus> {
  if ((control.ledger.layout ?? 0) < LAYOUT_OF_DATA || status.state === 'rolled_back' || status.state === 'skipped')
    return status;
  const run = await readRun(control.session, control.names, status.version);
  if (!run) return status;
  const data = await statusOf(control, run);
  const state = status.state === 'failed' ? status.state : STATES[data.state];
  return { ...status, state, notes: [...status.notes, noteOf(data)] };
}

const STATES: Readonly<Record<RunState, MigrationState>> = {
  queued: 'pending',
  running: 'running',
  pausing: 'running',
  paused: 'interrupted',
  interrupted: 'interrupted',
  cancelled: 'interrupted',
  failed: 'failed',
  succeeded: 'pending',
};

function noteOf({ state, rows, keys, keysTotal, throttle, version, background, direction }: DataStatus): string {
  const far = keysTotal ? `, ${Math.min(100, Math.floor((100 * keys) / keysTotal))} % of its keys` : '';
  const held = throttle === null ? '' : `; held back: ${throttle}`;
  return `data migration, ${state}: ${rows.toLocaleString('en')} rows done${far}${held}; ${nextOf(state, version, background, direction)}`;
}

function nextOf(state: RunState, version: string, background: boolean, direction: 'up' | 'down'): string {
  if (direction === 'down' && state !== 'running') return `rollback --version ${version} goes on with its way back`;
  if (state === 'paused' || state === 'pausing') return `data resume ${version} lets it go on`;
  if (state === 'running') return `see data status ${version}`;
  return background ? `data run ${version} goes on` : 'migrate goes on behind the last batch';
}
