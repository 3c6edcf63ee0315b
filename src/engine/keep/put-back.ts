import { holdsRows, type Kept } from '../../backup/kept.ts';
import {
  countAppeared,
  countStates,
  markBack,
  markChanged,
  markExisting,
  markGone,
  putSequenceBack,
  putValuesBack,
  storeName,
  tableName,
} from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteLiteral, quoteQualified } from '../../sql/quote.ts';
import { type Placed, placeOf } from './place.ts';
import { putRows } from './put-rows.ts';
import { inOrderOfReferences } from './references.ts';
import { seeingAll, unhindered } from './unhindered.ts';

/** What became of one store when its migration was rolled back. */
export interface PutBack {
  readonly kept: Kept;
  /** Rows of it that are as they were. */
  readonly rows: number;
  /** Rows of it that were left, by reason: `changed`, `gone`, `exists`, and of all of it: `absent`, `view`. */
  readonly left: Readonly<Record<string, number>>;
  /** Rows that have come since, which have no value to get. */
  readonly appeared: number;
}

/**
 * What a migration had destroyed, on its way back: filled in as soon as a statement looks at it, else behind the whole section.
 * For one transaction, or several of one rollback. All of it runs under our own search_path.
 */
export class Returning {
  readonly #session: Session;
  readonly #events: string;
  readonly #all: readonly Kept[];
  readonly #filled = new Set<Kept>();
  /** Values that a later statement may have changed again. */
  readonly #again = new Set<Kept>();

  /** `events`: the OID of the table of events. */
  constructor(session: Session, all: readonly Kept[], events: string) {
    this.#session = session;
    this.#events = events;
    this.#all = all;
  }

  /** Before the way back runs: what has got other values since is not to be overwritten. */
  async begin(): Promise<void> {
    this.#filled.clear();
    this.#again.clear();
    for (const kept of this.#all) {
      const place = await placeOf(this.#session, kept, this.#events);
      const sql = place && place.now.columns.length === kept.columns.length ? markChanged(place.now) : undefined;
      if (place && sql !== undefined)
        await seeingAll(this.#session, [tableName(place.now)], () => this.#session.batch([[{ sql }]]));
    }
  }

  /**
   * Puts back what has its place by now. `wanted`: of those, by their place; `final`: nothing more comes, so that what is there of a
   * place has to do.
   */
  async fill(wanted: (place: Placed) => boolean, final = false): Promise<void> {
    const places: Placed[] = [];
    for (const kept of this.#all) {
      if (kept.kind === 'view' || (this.#filled.has(kept) && !(final && this.#again.has(kept)))) continue;
      const place = await placeOf(this.#session, kept, this.#events);
      if (place && (final || place.complete) && wanted(place)) places.push(place);
    }
    if (places.length > 0) await this.#fillAll(places, final);
  }

  /** A statement has run that may have changed values. */
  changed(): void {
    for (const kept of this.#filled) if (!holdsRows(kept)) this.#again.add(kept);
  }

  async #fillAll(places: readonly Placed[], final: boolean): Promise<void> {
    const session = this.#session;
    const tables = places.filter(({ kept }) => kept.kind !== 'sequence');
    for (const { kept, now } of places) if (kept.kind === 'sequence') await session.query(putSequenceBack(now));
    const ordered = await inOrderOfReferences(session, [...tables].reverse());
    await unhindered(session, hindrancesOf(tables), async () => {
      // Values may refer to rows that come back.
      for (const group of grouped(ordered.filter(({ kept }) => holdsRows(kept)))) await rowsBack(session, group, final);
      for (const { now } of ordered.filter(({ kept }) => !holdsRows(kept))) await valuesBack(session, now);
    });
    for (const place of places) {
      for (const sequence of place.now.sequences) await setSequence(session, place.now, sequence);
      this.#filled.add(place.kept);
      this.#again.delete(place.kept);
    }
  }

  /** Behind the way back: the rest of it. Drops the stores of which nothing is left. */
  async end(): Promise<PutBack[]> {
    await this.fill(() => true, true);
    const done: PutBack[] = [];
    for (const kept of [...this.#all].reverse()) {
      // Its table may have got another name since it was filled.
      const place = this.#filled.has(kept) ? await placeOf(this.#session, kept, this.#events) : undefined;
      done.push(place ? await this.#outcomeOf(place) : nothingOf(kept));
    }
    for (const { kept, left } of done)
      if (Object.keys(left).length === 0) await this.#session.batch([[{ sql: `DROP TABLE ${storeName(kept)}` }]]);
    return done;
  }

  async #outcomeOf({ kept, now }: Placed): Promise<PutBack> {
    const session = this.#session;
    const states = await session.query(countStates(now));
    const left = Object.fromEntries(states.map(({ state, rows }) => [state ?? '', Number(rows)]));
    const rows = kept.rows - Object.values(left).reduce((sum, one) => sum + one, 0);
    const count = () => session.query(countAppeared(now));
    const [appeared] = kept.kind === 'column' ? await seeingAll(session, [tableName(now)], count) : [];
    return { kept, rows, left, appeared: Number(appeared?.rows ?? 0) };
  }
}

function nothingOf(kept: Kept): PutBack {
  const state = kept.kind === 'view' ? 'view' : 'absent';
  return { kept, rows: 0, appeared: 0, left: { [state]: kept.rows } };
}

function hindrancesOf(places: readonly Placed[]) {
  const written = places.filter(({ kept }) => !holdsRows(kept)).flatMap(({ now }) => now.columns);
  return {
    tables: [...new Set(places.map(({ now }) => tableName(now)))],
    columns: [...new Set(written.map(({ name, now }) => now ?? name))],
  };
}

type Group = readonly [Kept, ...Kept[]];

/** Those of one table with the same columns go together, where the first of them stands. */
function grouped(all: readonly Placed[]): Group[] {
  const groups = new Map<string, [Kept, ...Kept[]]>();
  for (const { now } of all) {
    const key = JSON.stringify([tableName(now), now.columns.map(({ name, now: own }) => own ?? name)]);
    const group = groups.get(key);
    if (group) group.push(now);
    else groups.set(key, [now]);
  }
  return [...groups.values()];
}

async function rowsBack(session: Session, group: Group, final: boolean): Promise<void> {
  await putRows(session, group);
  // With a key nothing is put in twice.
  const keyless = final ? [] : group.filter(({ key }) => key.length === 0);
  await session.batch([[...group.map(markExisting), ...keyless.map(markBack)].map((sql) => ({ sql }))]);
}

async function valuesBack(session: Session, kept: Kept): Promise<void> {
  await session.batch([[{ sql: markGone(kept) }, { sql: putValuesBack(kept) }]]);
}

/** Never back to a number that was given out since. */
async function setSequence(
  session: Session,
  kept: Kept,
  { schema, name, column, lastValue, isCalled }: Kept['sequences'][number],
) {
  const own =
    column === null
      ? 'NULL'
      : `pg_catalog.pg_get_serial_sequence(${quoteLiteral(tableName(kept))}, ${quoteLiteral(column)})`;
  const [found] = await session.query(
    `SELECT coalesce(${own}, pg_catalog.to_regclass(${quoteLiteral(quoteQualified(schema, name))})::pg_catalog.text) AS name`,
  );
  if (!found?.name) return;
  const value = `${quoteLiteral(lastValue)}::bigint`;
  const state = isCalled
    ? 's.last_value < v.value OR NOT s.is_called AND s.last_value <= v.value'
    : 'NOT s.is_called AND s.last_value < v.value';
  await session.query(
    `SELECT pg_catalog.setval(${quoteLiteral(found.name)}::pg_catalog.regclass, v.value, ${String(isCalled)}) FROM ${found.name} AS s, (SELECT ${value} AS value) AS v WHERE ${state}`,
  );
}
