import { holdsRows, type Kept } from '../../../backup/kept.ts';
import { storeName } from '../../../backup/kept-sql.ts';
import type { KeyRange } from '../../../batch/key.ts';
import type { Session } from '../../../postgres/session.ts';
import type { Control } from '../../control.ts';
import { eventsOid, keptOf } from '../../keep/find-kept.ts';
import { type Placed, placeOf } from '../../keep/place.ts';
import { inOrderOfReferences } from '../../keep/references.ts';
import { shownKept } from '../../keep/shown.ts';
import type { DataRun, DataWork } from '../data-run.ts';
import type { Lane } from '../lane.ts';
import { selfReferenceOf } from './self-reference.ts';

/** The stores that a way back empties, in order: one pass over each, behind the pass of its statements. */
export interface Puts {
  readonly puts: readonly Kept[];
  /** OID of the table of events: see placeOf. */
  readonly events: string;
}

/** Rows before values, which may refer to them; tables before those that refer to them. */
export async function putsOf(control: Control, session: Session, work: DataWork): Promise<Puts> {
  if (work.direction === 'up' || !work.puts) return { puts: [], events: '' };
  const { kept } = await keptOf(control, work.version);
  const events = await eventsOid(control);
  const places: Placed[] = [];
  const nowhere: Kept[] = [];
  for (const one of kept.filter(({ batches }) => batches)) {
    const place = await placeOf(session, one, events);
    if (place) places.push(place);
    else nowhere.push(one);
  }
  const ordered = (await inOrderOfReferences(session, places)).map((place) => place.kept);
  const isRows = (one: Kept) => holdsRows(one);
  return { puts: [...ordered.filter(isRows), ...ordered.filter((one) => !isRows(one)), ...nowhere], events };
}

/** The store that a pass of the way back empties; undefined: its statements are run. */
export function putOf({ puts }: Pick<Lane, 'puts'>, pass: number): Kept | undefined {
  return puts[pass - 2];
}

/** As the lane works at a range of that pass: at the table, or at a store, block by block. */
export async function atPass(lane: Lane, pass: number): Promise<Lane> {
  const put = putOf(lane, pass);
  if (!put) return lane;
  const { session } = lane;
  const [row] = await session.query(
    'SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid, pg_catalog.pg_relation_size(pg_catalog.to_regclass($1)) AS bytes',
    [storeName(put)],
  );
  const table = {
    oid: row?.oid ?? '',
    name: storeName(put),
    shown: shownKept(put).store,
    key: { kind: 'ctid' as const },
    rows: Number(row?.bytes ?? 0) === 0 ? 0 : put.rows,
  };
  // Triggers that are switched off keep writers waiting for as long as a batch takes, so it does not wait long for that either.
  const lockTimeoutMs = Math.min(lane.lockTimeoutMs, lane.engine.settings.lockTimeoutMs || lane.lockTimeoutMs);
  return { ...lane, table, lockTimeoutMs, put, selfReference: await selfReferenceOf(session, put, lane.events) };
}

/** The next range of a store; undefined: it is cut to its end. Nothing comes into it behind, but what could not be put back. */
export async function nextPut(lane: Lane, run: DataRun, blocks: number): Promise<KeyRange | undefined> {
  const put = putOf(lane, run.pass);
  if (!put) return undefined;
  const [row] = await lane.session.query(
    `SELECT pg_catalog.pg_relation_size($1::pg_catalog.regclass) / pg_catalog.current_setting('block_size')::bigint - 1 AS last`,
    [storeName(put)],
  );
  const last = Number(row?.last ?? -1);
  const from = run.cutTo === null ? -1 : Number(run.cutTo[0]);
  if (from >= last) return undefined;
  const isWhole = (await selfReferenceOf(lane.session, put, lane.events)).kind === 'other';
  return { lo: run.cutTo, hi: [String(isWhole ? last : Math.min(last, from + blocks))] };
}
