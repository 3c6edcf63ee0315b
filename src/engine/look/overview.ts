import { readFolders } from '../../files/folders.ts';
import { eventsOf, type HistoryEvent } from '../audit/history.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { type StatusReport, statusOf } from '../status.ts';
import { type RunnerView, runnerView } from './runner-view.ts';

/** A database at a glance: what `status` says, the run that is at work, and the newest events. */
export interface Overview extends StatusReport {
  readonly runner: RunnerView | null;
  /** The newest first. */
  readonly events: readonly HistoryEvent[];
}

const EVENTS_SHOWN = 30;

/** Reads over one session, takes no lock and writes nothing. */
export function overview(engine: Engine): Promise<Overview> {
  const found = readFolders(engine.settings.directories, engine.cwd);
  return withControl(engine, async (control) => ({
    ...(await statusOf(engine, control, found)),
    runner: runnerView(control.runner),
    events: (await eventsOf(control, { limit: EVENTS_SHOWN })).reverse(),
  }));
}
