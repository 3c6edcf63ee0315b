import type { Session } from '../../../postgres/session.ts';
import { type DataFacts, notTried, type Refusal, type Unsampled } from '../../../verify/data-facts.ts';
import { dataDifference, type RowTexts, type TableRows } from '../../../verify/loss.ts';
import { withDependents } from '../../../verify/sample/order.ts';
import { FIRST_RUNG, nextRung, type Rung, toldRefusals } from '../../../verify/sample/rung.ts';
import { without } from '../../../verify/without.ts';
import { readRows } from './row-texts.ts';
import { NO_ROOM, type Sampled, sampleRows } from './sampler.ts';
import { type FoundTable, leavesOf, readKeys, readTables, type Tables } from './tables.ts';

/** Tables that a migration or its rollback locks so that it may change their rows, by OID. */
export interface Touched {
  readonly all: ReadonlySet<string>;
  /** Those whose rows it writes: rows that refer to them may go with theirs. */
  readonly written: ReadonlySet<string>;
}

/** What the server said when it refused; the table that it named, as people write it. */
export interface Refused {
  readonly message: string;
  readonly table?: string;
}

/** A database where the migration is not applied, unless it says so, and the way there and back. */
export interface Way {
  /**
   * It is applied already, and does nothing to tables that were there before, these: rows that stand in them now say as much
   * as rows from before. Then `apply` does nothing.
   */
  readonly olderTables?: ReadonlySet<string>;
  /** Runs ours in a transaction, as whoever logged in, without triggers where that is allowed. */
  readonly ours: <T>(use: (session: Session) => Promise<T>) => Promise<T>;
  readonly touched: (tables: Tables) => Touched;
  readonly apply: () => Promise<Refused | undefined>;
  readonly back: () => Promise<Refused | undefined>;
}

/** Gives each use such a database, without anything that a use before did. */
export type Ground = <T>(use: (way: Way) => Promise<T>) => Promise<T>;

/**
 * Puts sample rows into the tables that a migration touches, applies it, puts more rows in, rolls it back, and tells what
 * became of the rows. Where something is refused because of them, it is tried again with fewer.
 */
export async function tryData(ground: Ground, trackingSchema: string): Promise<DataFacts> {
  const refusals: Refusal[] = [];
  for (let rung: Rung | undefined = FIRST_RUNG; rung; ) {
    const now: Rung = rung;
    const outcome = await ground((way) => new Trial(way, now, trackingSchema).run());
    if ('sampled' in outcome) {
      const told = toldRefusals(refusals, now);
      return { ...outcome, refusals: told.refusals, unsampled: [...outcome.unsampled, ...told.unsampled] };
    }
    refusals.push({ ...outcome, wide: now.wide });
    rung = nextRung(now, outcome);
  }
  const last = refusals.at(-1);
  return notTried(last ? `the ${last.by} is refused: ${last.message}` : 'it was not tried');
}

type Outcome = Omit<DataFacts, 'refusals'> | Omit<Refusal, 'wide'>;

interface Standing {
  readonly tables: readonly FoundTable[];
  /** Everything that is there. */
  readonly known: ReadonlySet<string>;
  readonly rows: readonly TableRows[];
  readonly sampled: Sampled;
  readonly tooLarge: readonly string[];
}

const NOTHING: Sampled = { rows: new Map(), unsampled: [] };

class Trial {
  readonly #way: Way;
  readonly #rung: Rung;
  readonly #trackingSchema: string;

  constructor(way: Way, rung: Rung, trackingSchema: string) {
    this.#way = way;
    this.#rung = rung;
    this.#trackingSchema = trackingSchema;
  }

  async run(): Promise<Outcome> {
    const { ours, apply, back } = this.#way;
    const before = await ours((session) => this.#standing(session));
    const notApplied = await apply();
    if (notApplied) return { by: 'migration', ...named(notApplied, before) };
    const entered = await ours((session) => this.#enter(session, before));
    const notBack = await back();
    if (notBack) return { by: 'rollback', ...named(notBack, before, entered) };
    const after = await ours((session) => this.#behind(session, [...before.tables, ...entered.tables]));
    const large = new Set([before, entered, after].flatMap(({ tooLarge }) => tooLarge));
    const comparable = (tables: readonly TableRows[]) => tables.filter(({ name }) => !large.has(name));
    const difference = dataDifference({
      before: comparable(before.rows),
      sampledBefore: before.sampled.rows,
      entered: comparable(entered.rows),
      after: comparable(after.tables),
    });
    const unsampled = unsampledOf(before, entered, large);
    const filled = [before, entered].flatMap(({ sampled }) => [...sampled.rows].filter(([, rows]) => rows > 0));
    return { sampled: new Set(filled.map(([oid]) => oid)).size, difference, unsampled };
  }

  /** Sample rows in the tables that it touches, and all rows that are there then. */
  async #standing(session: Session): Promise<Standing> {
    const tables = await readTables(session, this.#trackingSchema);
    const { all, written } = this.#way.touched(tables);
    const there = [...all].filter((oid) => tables.has(oid) && this.#way.olderTables?.has(oid) !== false);
    const known = this.#way.olderTables ?? new Set(tables.keys());
    if (there.length === 0) return { tables: [], known, rows: [], tooLarge: [], sampled: NOTHING };
    const dependents = withDependents(new Set(there.filter((oid) => written.has(oid))), await readKeys(session));
    const wanted = leavesOf(tables, new Set([...there, ...dependents]));
    const sampled = await this.#sample(
      session,
      tables,
      wanted,
      this.#rung.before && !this.#way.olderTables ? 1 : undefined,
    );
    const read = await readRows(session, wanted);
    return { tables: wanted, known, rows: read.tables, tooLarge: read.tooLarge, sampled };
  }

  /** More rows, in these tables and in new ones: only those that are added. */
  async #enter(session: Session, before: Standing): Promise<Standing> {
    const tables = await readTables(session, this.#trackingSchema);
    const added = [...tables.keys()].filter((oid) => !before.known.has(oid));
    const wanted = leavesOf(tables, [...before.tables.map(({ oid }) => oid), ...added]);
    const standing = await readRows(session, wanted);
    const sampled = await this.#sample(session, tables, wanted, this.#rung.entered ? FIRST_ENTERED : undefined);
    const read = await readRows(session, wanted);
    const rows = read.tables.map((table) => ({
      ...table,
      rows: without(table.rows, standing.tables.find(({ oid }) => oid === table.oid)?.rows ?? [], textOf),
    }));
    return { tables: wanted, known: new Set(tables.keys()), rows, tooLarge: read.tooLarge, sampled };
  }

  /** `from`: the number of the first row; undefined for none. */
  async #sample(session: Session, all: Tables, tables: readonly FoundTable[], from: number | undefined) {
    if (from === undefined || tables.length === 0) return NOTHING;
    return sampleRows(session, all, await readKeys(session), { tables, from, rung: this.#rung });
  }

  async #behind(session: Session, known: readonly FoundTable[]) {
    const tables = await readTables(session, this.#trackingSchema);
    const oids = new Set(known.map(({ oid }) => oid));
    const names = new Set(known.map(({ shown }) => shown));
    return readRows(
      session,
      [...tables.values()].filter(({ oid, shown }) => oids.has(oid) || names.has(shown)),
    );
  }
}

const textOf = (row: RowTexts) => JSON.stringify(row);

/** Rows that are entered while it is applied have other numbers than those before. */
const FIRST_ENTERED = 4;

/** The server does not always say which table: where there is only one with rows, that is it. */
function named({ message, table }: Refused, ...standing: readonly Standing[]): Refused {
  const filled = new Set(
    standing.flatMap(({ rows }) => rows.flatMap(({ name, rows: some }) => (some.length > 0 ? [name] : []))),
  );
  const [only] = filled;
  const found = table ?? (filled.size === 1 ? only : undefined);
  return { message, ...(found === undefined ? {} : { table: found }) };
}

/** That there is no room for one more row is no matter where there are rows. */
function unsampledOf(before: Standing, entered: Standing, large: ReadonlySet<string>): Unsampled[] {
  const filled = new Set(before.rows.filter(({ rows }) => rows.length > 0).map(({ name }) => name));
  const without = [...before.sampled.unsampled, ...entered.sampled.unsampled];
  const all = [
    ...without.filter(({ table, why }) => why !== NO_ROOM || !filled.has(table)),
    ...[...large].map((table) => ({ table, why: 'it has too many rows to compare' })),
  ];
  return all.filter(({ table }, i) => all.findIndex((one) => one.table === table) === i);
}
