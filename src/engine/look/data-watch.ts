import { ledgerNames } from '../../ledger/names.ts';
import type { Session } from '../../postgres/session.ts';
import { liveRange } from '../data/store.ts';
import type { Engine } from '../engine.ts';

const LOOK_EVERY_MS = 1000;

/** Tells whether data migrations have gone on: a batch is no event of the audit trail, and a lease that runs out is written nowhere. */
export class DataWatch {
  readonly #sql: string;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #last: string | null | undefined;

  constructor({ settings }: Engine) {
    this.#sql = stateSql(settings.trackingSchema);
  }

  /** Whether something is another than at the look before. Asks at most once a second, over the session that is handed in. */
  async hasMoved(session: Session): Promise<boolean> {
    if (performance.now() - this.#lookedAt < LOOK_EVERY_MS) return false;
    this.#lookedAt = performance.now();
    const before = this.#last;
    this.#last = await this.#look(session);
    return before !== undefined && before !== this.#last;
  }

  async #look(session: Session): Promise<string | null> {
    const { failure, results } = await session.runBatch([[{ sql: this.#sql, rows: true }]]);
    if (failure && !UNREAD.has(failure.error.code ?? '')) throw failure.error;
    return results[0]?.[0]?.rows[0]?.moved ?? null;
  }
}

/** One text of the newest batch and of all runs that are not done; the workers that live are counted. */
function stateSql(trackingSchema: string): string {
  const names = ledgerNames(trackingSchema);
  return `SELECT pg_catalog.concat_ws(' ', (SELECT max(b.id) FROM ${names.dataBatches} AS b), (SELECT pg_catalog.string_agg(
    pg_catalog.concat_ws(' ', m.version, m.state, m.updated_at, m.throttle, m.skip_failed, pg_catalog.to_jsonb(m) ->> 'target_ms',
      w.open, w.live, w.expired), ' ' ORDER BY m.version)
  FROM ${names.dataMigrations} AS m CROSS JOIN LATERAL (SELECT pg_catalog.count(*) AS open,
    pg_catalog.count(*) FILTER (WHERE ${liveRange('r')}) AS live,
    pg_catalog.count(*) FILTER (WHERE r.lease_until <= pg_catalog.clock_timestamp()) AS expired FROM ${names.dataRanges} AS r
    WHERE r.version = m.version AND r.state = 'open') AS w WHERE m.state <> 'succeeded')) AS moved`;
}

/**
 * undefined_table, undefined_column, invalid_schema_name: there are no tables of runs; insufficient_privilege: who may read the
 * trail may lack these, and is not told of them.
 */
const UNREAD: ReadonlySet<string> = new Set(['42P01', '42703', '3F000', '42501']);
