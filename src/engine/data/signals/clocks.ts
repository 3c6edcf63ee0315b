import type { Session } from '../../../postgres/session.ts';

/** The clocks by which a run is watched; other ones in tests. */
export interface Clocks {
  /** Milliseconds of a clock that only goes forward. */
  readonly elapsed: () => number;
  /** The time of the day. */
  readonly now: () => Date;
}

const elapsed = () => performance.now();

export const OWN_CLOCKS: Clocks = { elapsed, now: () => new Date() };

/** With the server's time of the day: workers on several machines, whose clocks differ, stop and go on at one moment. */
export async function serversClocks(session: Session): Promise<Clocks> {
  const asked = Date.now();
  const [row] = await session.query('SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint AS now');
  const aheadMs = Number(row?.now) - (asked + Date.now()) / 2;
  return { elapsed, now: () => new Date(Date.now() + aheadMs) };
}
