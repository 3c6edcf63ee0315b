import { type Runner, readRunner, silentLayoutItem } from '../../ledger/lease.ts';
import { eventItem } from '../../ledger/write.ts';
import { waitsForClient } from '../../postgres/session-state.ts';
import { Problem } from '../../problem/problem.ts';
import { formatDuration } from '../../problem/quantity.ts';
import { endSession as endIt } from '../../report/blocker.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { pause } from '../pause.ts';
import { connectAgain } from './reconnect.ts';

const PAUSE_MS_MAX = 2000;

/** The wait of one run for another: bounded, told, and never inside the server. */
export class Waiting {
  readonly #engine: Engine;
  readonly #control: Control;
  readonly #begun = performance.now();
  #attempt = 0;

  constructor(engine: Engine, control: Control) {
    this.#engine = engine;
    this.#control = control;
  }

  /**
   * Does something while this run has nothing yet. When the connection is lost meanwhile, makes another one within the time
   * of the wait, and answers undefined: then it is to be done again.
   */
  async patiently<T>(action: () => Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (error) {
      const { waitMs } = this.#engine.settings;
      await connectAgain(this.#engine, this.#control, error, () => performance.now() - this.#begun <= waitMs);
      return undefined;
    }
  }

  /** Waits a moment; throws `runner-busy` (exit status 4) when the time is over, or `cancelled`. */
  async pause(): Promise<void> {
    const { settings, emit, signal } = this.#engine;
    const holder = await readRunner(this.#control.session, this.#control.names);
    const waitedMs = performance.now() - this.#begun;
    if (waitedMs > settings.waitMs) throw busy(holder, waitedMs);
    if (holder?.expired) await endLeftOver(this.#engine, this.#control, holder);
    if (!holder) await endSilentLayout(this.#engine, this.#control);
    emit({ kind: 'waiting', holder, waitedMs, waitMs: settings.waitMs, first: this.#attempt === 0 });
    await pause(Math.min(PAUSE_MS_MAX, 100 * 1.5 ** this.#attempt++), signal);
  }
}

/**
 * A run that has stopped saying that it is alive, and whose transaction is open and does nothing, will not end it: a machine
 * that was suspended, a cable that was pulled. What still runs is left to end, and named.
 */
async function endLeftOver(engine: Engine, control: Control, holder: Runner): Promise<void> {
  const { worker } = holder;
  if (!worker || !waitsForClient(worker.state) || !(await endSession(control, String(worker.pid)))) return;
  const detail = {
    run: holder.runId,
    by: holder.user,
    host: holder.host,
    pid: worker.pid,
    idleSeconds: worker.seconds,
  };
  await control.session.batch([
    [eventItem(control.names, engine.run, { event: 'session_ended', version: null, detail })],
  ]);
  engine.emit({
    kind: 'note',
    message: `ended the session (server process ${worker.pid}) that the run of ${holder.user} on ${holder.host} left idle in a transaction`,
  });
}

/** The same for one that fell silent while it made the tracking tables: nothing can be on record of it. */
async function endSilentLayout(engine: Engine, control: Control): Promise<void> {
  const { sql, params } = silentLayoutItem(control.names);
  for (const { pid, user, seconds } of await control.session.query(sql, params)) {
    if (!pid || !(await endSession(control, pid))) continue;
    const message = `ended the session (server process ${pid}) of ${user} that was silent for ${seconds} s while it made the tracking tables`;
    engine.emit({ kind: 'note', message });
  }
}

/** False where this role may not, or it is gone. */
export async function endSession(control: Control, pid: string): Promise<boolean> {
  const [row] = await control.session
    .query('SELECT pg_catalog.pg_terminate_backend($1::integer) AS ended', [pid])
    .catch(() => []);
  return row?.ended === 't';
}

function busy(holder: Runner | undefined, waitedMs: number): Problem {
  const pid = holder?.worker?.pid ?? holder?.pid;
  return new Problem('runner-busy', `another run is at work on this database: ${describe(holder)}`, {
    found: `waited ${formatDuration(waitedMs)}`,
    state: 'Nothing was run.',
    next: [
      'Wait for it and run the command again, or let it wait longer: --wait 30min.',
      ...(holder && pid ? [endIt('If it is stuck, end it', pid, holder)] : []),
    ],
  });
}

function describe(holder: Runner | undefined): string {
  if (!holder) return 'one that has just begun, or of an older version of this tool';
  const { worker } = holder;
  const doing = worker
    ? `; server process ${worker.pid}, ${worker.state || 'state hidden'} for ${worker.seconds} s`
    : '';
  return `${holder.user} on ${holder.host}, since ${holder.since}${doing || `; server process ${holder.pid}`}`;
}
