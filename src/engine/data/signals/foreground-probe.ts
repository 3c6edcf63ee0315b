import { percentile } from '../../../batch/estimate.ts';
import type { Session } from '../../../postgres/session.ts';
import { formatDuration } from '../../../problem/quantity.ts';
import { isDatabaseError } from '../../failure.ts';
import type { About, Seen } from './signal.ts';

/** Rows that are read over and over; of so many pages at most, found anywhere in the table. */
const KEYS_MAX = 200;
const PAGES = 16;
const BASELINE_READS = 20;
const READS_A_ROUND = 3;
/** The newest readings that count: some seven rounds. */
const RECENT_MAX = 20;
const P95 = 0.95;
/** A baseline below that is taken for that: three times next to nothing is nothing. */
const BASELINE_MS_MIN = 5;
/** What is as slow after so long without the run is not slow because of it. */
const RELEARN_MS = 60_000;
/** Behind a read that took longer, the round has no more of them. */
const READ_MS_MAX = 250;
const LOCK_TIMEOUT_MS = 1_000;
const READ_TIMEOUT_MS = 5_000;

/** What it needs of a session. */
type Asked = Pick<Session, 'query' | 'batch'>;

/**
 * What an application notices, without any monitoring: how long it takes from here to read one row of the table by its key, over
 * the same rows again and again, compared with before the run. The p95, since most reads never meet what is in their way. When
 * they stay slow for a minute while the run is held because of it, it was not the run: that is the new baseline.
 */
export class ForegroundProbe {
  readonly #session: Asked;
  readonly #about: About;
  readonly #clock: () => number;
  #keys: readonly (readonly string[])[] = [];
  #next = 0;
  #baselineMs = 0;
  #recent: number[] = [];
  #slowSince: number | undefined;
  #unseen = 'the table has no key to read a row by, or no rows';

  constructor(session: Asked, about: About, clock: () => number) {
    this.#session = session;
    this.#about = about;
    this.#clock = clock;
  }

  /** Chooses the rows and takes the baseline; before the first batch. Without a key, or a row, there is no probe. */
  async begin(): Promise<void> {
    if (this.#about.key.length === 0) return;
    this.#keys = await this.#chooseKeys().catch((error: unknown) => {
      if (!isDatabaseError(error)) throw error;
      this.#unseen = `the server refuses to read the table: ${error.message}`;
      return [];
    });
    if (this.#keys.length === 0) return;
    // The first reads fetch what later ones find in memory.
    for (let read = 0; read < 3; read++) await this.#read();
    const times: number[] = [];
    for (let read = 0; read < BASELINE_READS; read++) times.push(await this.#read());
    this.#baselineMs = Math.max(BASELINE_MS_MIN, p95(times));
  }

  /** A few reads, and what they and those before them come to. `limit`: from how many times the baseline on that is slow. */
  async look(limit: number): Promise<Seen> {
    if (this.#keys.length === 0) return { readings: [], unseen: this.#unseen };
    for (let read = 0; read < READS_A_ROUND; read++) {
      const ms = await this.#read();
      this.#recent.push(ms);
      if (ms > READ_MS_MAX) break;
    }
    this.#recent = this.#recent.slice(-RECENT_MAX);
    const now = p95(this.#recent);
    this.#relearn(now, limit);
    const subject = `reading a row of ${this.#about.table} by its key takes ${formatDuration(now)}`;
    return { readings: [{ measure: 'probeFactor', subject, id: 'probe', value: now / this.#baselineMs }] };
  }

  #relearn(nowMs: number, limit: number): void {
    if (nowMs <= this.#baselineMs * limit) {
      this.#slowSince = undefined;
      return;
    }
    this.#slowSince ??= this.#clock();
    if (this.#clock() - this.#slowSince < RELEARN_MS) return;
    this.#baselineMs = nowMs;
    this.#slowSince = undefined;
  }

  async #chooseKeys(): Promise<string[][]> {
    const { key, table, relation } = this.#about;
    const [size] = await this.#session.query(
      `SELECT greatest(c.relpages, 1) AS pages FROM pg_catalog.pg_class AS c WHERE c.oid = $1::pg_catalog.oid AND c.relkind IN ('r', 'm', 'p')`,
      [relation],
    );
    if (size === undefined) return [];
    const percent = Math.min(100, (100 * PAGES) / Number(size.pages));
    const columns = key.map((column, i) => `t.${column}::text AS k${i}`);
    const rows = await this.#session.query(
      `SELECT ${columns.join(', ')} FROM ${table} AS t TABLESAMPLE SYSTEM (${percent}) LIMIT ${KEYS_MAX}`,
    );
    return rows.map((row) => key.map((_, i) => row[`k${i}`] ?? ''));
  }

  /** Milliseconds. A read that waits for a lock or times out took as long as it was let. */
  async #read(): Promise<number> {
    const { key, table, relation } = this.#about;
    const params = this.#keys[this.#next++ % this.#keys.length] ?? [];
    const where = key.map((column, i) => `t.${column} = $${i + 1}`).join(' AND ');
    const begun = this.#clock();
    try {
      await this.#session.batch([
        [
          { sql: TIMEOUTS, name: 'taskflow_probe_timeouts' },
          { sql: `SELECT 1 FROM ${table} AS t WHERE ${where}`, name: `taskflow_probe_${relation}`, params },
        ],
      ]);
    } catch (error) {
      if (!isDatabaseError(error)) throw error;
    }
    return this.#clock() - begun;
  }
}

/** To the end of the transaction. */
const TIMEOUTS = `SELECT pg_catalog.set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true), pg_catalog.set_config('statement_timeout', '${READ_TIMEOUT_MS}', true)`;

function p95(times: readonly number[]): number {
  return percentile(
    [...times].sort((a, b) => a - b),
    P95,
  );
}
