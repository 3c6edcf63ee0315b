import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerNames } from '../../ledger/names.ts';
import type { Session } from '../../postgres/session.ts';
import { openControlSession } from '../control.ts';
import type { Engine } from '../engine.ts';

/** What moves when anything happens: the last event's position, and which run holds the lease. */
export interface TrailState {
  /** 0 where there are no tracking tables. */
  readonly seq: number;
  readonly runId: string | null;
}

export interface TrailWatcher {
  /** Called with the first state, and then whenever it is another one. */
  changed(state: TrailState): void;
  /** The database cannot be asked; told once until it can be again. */
  away(error: unknown): void;
  /** Called at each look, for what else is to be looked at over the same session; answers after how many milliseconds the next is. */
  also?(session: Session, state: TrailState): Promise<number | undefined>;
}

const LOOK_EVERY_MS = 1000;
const RETRY_EVERY_MS = 5000;

/**
 * Looks at a database every second over one session, until `engine.signal` is aborted: one row by its key and one of one row.
 * Reads only; never rejects.
 */
export async function watchTrail(engine: Engine, watcher: TrailWatcher): Promise<void> {
  let last: string | undefined;
  let isAway = false;
  while (!engine.signal.aborted) {
    try {
      await withSession(engine, async (session) => {
        for (;;) {
          const state = await look(engine, session);
          const now = JSON.stringify(state);
          if (now !== last || isAway) watcher.changed(state);
          [last, isAway] = [now, false];
          const again = (await watcher.also?.(session, state)) ?? LOOK_EVERY_MS;
          await sleep(again, undefined, { signal: engine.signal });
        }
      });
    } catch (error) {
      if (engine.signal.aborted) return;
      if (!isAway) watcher.away(error);
      isAway = true;
      await sleep(RETRY_EVERY_MS, undefined, { signal: engine.signal }).catch(() => {});
    }
  }
}

async function withSession(engine: Engine, use: (session: Session) => Promise<void>): Promise<void> {
  const session = await openControlSession(engine);
  try {
    await use(session);
  } finally {
    await session.end();
  }
}

const NOTHING: TrailState = { seq: 0, runId: null };

async function look({ settings }: Engine, session: Session): Promise<TrailState> {
  const names = ledgerNames(settings.trackingSchema);
  const batch = await session.runBatch([
    [
      {
        sql: `SELECT (SELECT max(e.seq) FROM ${names.events} AS e) AS seq,
  (SELECT r.run_id FROM ${names.runner} AS r WHERE r.expires_at > pg_catalog.clock_timestamp()) AS run`,
        rows: true,
      },
    ],
  ]);
  if (batch.failure && MISSING.has(batch.failure.error.code ?? '')) return NOTHING;
  if (batch.failure) throw batch.failure.error;
  const row = batch.results[0]?.[0]?.rows[0];
  return { seq: Number(row?.seq ?? 0), runId: row?.run ?? null };
}

/** undefined_table, undefined_column, invalid_schema_name: nothing is tracked yet, or by an older table. */
const MISSING = new Set(['42P01', '42703', '3F000']);
