import type { Seen, Signal } from './signal.ts';

/** Over less time, a rate says nothing. */
const SECONDS_MIN = 0.2;

/** How much WAL the server writes a second, all of it, by the place that it has reached at two looks (pg_current_wal_lsn). */
export function walRate(): Signal {
  let before: { readonly at: number; readonly bytes: bigint } | undefined;
  let last: Seen = { readings: [] };
  return {
    name: 'wal-rate',
    sql: `SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), '0/0')::text AS bytes,
  extract(epoch FROM pg_catalog.clock_timestamp())::text AS at`,
    read: ([row]) => {
      const now = { at: Number(row?.at), bytes: BigInt(row?.bytes ?? 0) };
      if (before !== undefined) {
        const seconds = now.at - before.at;
        if (seconds < SECONDS_MIN) return last;
        const value = Math.max(0, Number(now.bytes - before.bytes) / seconds);
        last = { readings: [{ measure: 'walBytesPerSecond', subject: '', value }] };
      }
      before = now;
      return last;
    },
  };
}
