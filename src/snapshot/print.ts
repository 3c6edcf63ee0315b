import type { ObjectType } from '../catalog/object-types.ts';
import { OWN_NAMES } from '../ledger/layout/own-objects.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import type { Session } from '../postgres/session.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { partsOf, type SnapshotOptions, settings } from './options.ts';
import { type Part, partPrint } from './part.ts';

/** What was seen of a schema at one moment. */
export interface Print {
  /** The same for the same schema. */
  readonly text: string;
  readonly values: readonly string[];
  /** How many rows of each catalog the session had written by then; undefined where the server does not count. */
  readonly written: Written | undefined;
}

type Written = ReadonlyMap<string, number>;

/**
 * A short text that is the same for the same schema, and another for another one: what a snapshot holds, hashed on the server.
 * Much cheaper than a snapshot where it is asked for again and again. Two schemas that compare as equal may have different
 * prints all the same (a set in another order): only equal prints prove anything.
 */
export class SchemaPrint {
  readonly #settings: readonly BatchItem[];
  readonly #queries: readonly Query[];

  private constructor(options: SnapshotOptions, queries: readonly Query[]) {
    this.#settings = settings(options);
    this.#queries = queries;
  }

  /** What each value of a print tells of: a type of object, with a number where it has several. The same for every role. */
  get names(): readonly string[] {
    return this.#queries.map(({ label }) => label);
  }

  /** Leaves out what the role of the session may not read. The session stands in no transaction, before and behind it. */
  static async of(session: Session, options: SnapshotOptions): Promise<SchemaPrint> {
    const allowed: Query[] = [];
    for (const query of queriesOf(options)) {
      const { failure } = await session.runBatch([[...settings(options), query.item]]);
      if (!failure) allowed.push(query);
      else if (failure.error.code !== DENIED) throw failure.error;
    }
    return new SchemaPrint(options, allowed);
  }

  /**
   * In the session's open transaction, which goes on as it was. `last`: what was seen before, if nothing has been taken back
   * since; what cannot have changed is not asked for again. From an earlier transaction it comes through `carriedOver`. Throws
   * the driver's DatabaseError.
   */
  async take(session: Session, last?: Print): Promise<Print> {
    const written = await writtenBy(session);
    const changed = changedCatalogs(last?.written, written);
    if (last && changed?.size === 0) return { ...last, written };
    const known = (query: Query, i: number) =>
      changed !== undefined && last?.values[i] === NOTHING && !query.catalogs.some((name) => changed.has(name))
        ? NOTHING
        : undefined;
    const asked = this.#queries.filter((query, i) => known(query, i) === undefined);
    const items = asked.flatMap(({ type, item }) => (type === 'column' ? [NO_LOOPS, item, LOOPS] : [item]));
    const { results } = await session.batch([[SAVEPOINT, ...this.#settings, ...items, BACK, RELEASE]]);
    const answers = (results[0] ?? []).flatMap(({ rows }) => (rows[0]?.print == null ? [] : [rows[0].print]));
    const values = this.#queries.map((query, i) => known(query, i) ?? answers.shift() ?? '');
    return { text: values.join(' '), values, written };
  }

  /** What was seen in an earlier transaction of a schema that nobody has changed since, for one that has just begun. */
  async carriedOver(session: Session, last: Print): Promise<Print> {
    return { ...last, written: await writtenBy(session) };
  }
}

/** The print of a part without objects. */
const NOTHING = '0:0';

/** Rows written in the open transaction, and in those before that the session has not reported yet: only differences count. */
async function writtenBy(session: Session): Promise<Written | undefined> {
  const [row] = await session.query(WRITTEN);
  if (row?.counted !== 't') return undefined;
  return new Map(Object.entries(JSON.parse(row.written ?? '{}') as Record<string, number>));
}

const WRITTEN = `SELECT pg_catalog.current_setting('track_counts') = 'on' AS counted, pg_catalog.json_object_agg(relname, n) AS written
FROM (SELECT relname, n_tup_ins + n_tup_upd + n_tup_del AS n FROM pg_catalog.pg_stat_xact_sys_tables) AS tables WHERE n > 0`;

/** Catalogs that have been written to; undefined where that is not known. */
function changedCatalogs(before: Written | undefined, now: Written | undefined): ReadonlySet<string> | undefined {
  if (!before || !now) return undefined;
  return new Set([...now].filter(([name, rows]) => rows !== before.get(name)).map(([name]) => name));
}

interface Query {
  readonly type: ObjectType;
  readonly label: string;
  /** What its objects are read from: without a row written there, there is no new object. */
  readonly catalogs: readonly string[];
  readonly item: BatchItem;
}

function queriesOf(options: SnapshotOptions): Query[] {
  const parts = partsOf(options);
  return parts.map((part, i) => ({
    type: part.type,
    label: labelOf(parts, i),
    catalogs: catalogsOf(part),
    // Kept under a name: to plan them takes longer than to run them.
    item: { name: `taskflow_print_${i}`, sql: inlined(partPrint(part, options.major, options), options), rows: true },
  }));
}

function labelOf(parts: readonly Part[], i: number): string {
  const { type } = parts[i]!;
  const before = parts.slice(0, i).filter((part) => part.type === type).length;
  return before === 0 ? type : `${type} (${before + 1})`;
}

function catalogsOf({ from }: Part): string[] {
  return [...from.matchAll(/\bpg_[a-z_]+/g)].map(([name]) => (name === 'pg_user_mappings' ? 'pg_user_mapping' : name));
}

const DENIED = '42501';

const SAVEPOINT: BatchItem = { sql: 'SAVEPOINT taskflow_print' };
/** With it the settings go back to what they were. */
const BACK: BatchItem = { sql: 'ROLLBACK TO SAVEPOINT taskflow_print' };
const RELEASE: BatchItem = { sql: 'RELEASE SAVEPOINT taskflow_print' };

/** The server takes comments on columns for rare, having seen none, and would go through all of them for each column. */
const NO_LOOPS: BatchItem = { sql: 'SET LOCAL enable_nestloop = off' };
const LOOPS: BatchItem = { sql: 'SET LOCAL enable_nestloop = on' };

/** Without parameters a prepared statement has one plan from the first time on. */
function inlined(sql: string, { trackingSchema }: SnapshotOptions): string {
  return sql
    .replaceAll('$1', () => quoteLiteral(trackingSchema))
    .replaceAll('$2', () => quoteLiteral(OWN_NAMES.source));
}
