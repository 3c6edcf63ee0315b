import { effectOn, type FormUse, type LockMode } from '../facts/form.ts';
import { wholeEffect } from '../facts/whole.ts';
import type { Known } from '../known/known.ts';
import type { KnownTable, RelationName } from '../known/table.ts';
import { lockBlocks, lockModeName, lockStalls } from '../sql/lock-modes.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { longest, type TimeClass, timeClass, workOf } from './time-class.ts';

/** A lock that a statement will ask for. */
export interface ForecastLock {
  readonly name: RelationName;
  /** As SQL names it, always with its schema. */
  readonly relation: string;
  /** Of an index and of the sequence of a column: their table; of a partition that is locked along with its parent: that. */
  readonly table: string | null;
  /** By the name of pg_locks. */
  readonly mode: LockMode;
  /** The same as SQL writes it: `ACCESS EXCLUSIVE`. */
  readonly lock: string;
  /** The application's reads or writes wait for it. */
  readonly stalls: 'reads and writes' | 'writes' | null;
  /** What of others waits for it, in words. */
  readonly blocks: string;
  /** By the statistics; null where they are not known, and no rows of an index. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** A migration of the same plan makes it: nobody uses it yet. */
  readonly isNew: boolean;
}

/** What a statement will do to those who use the same tables, by the table of facts. */
export interface Forecast {
  /** What kind of statement it is found to be. */
  readonly forms: readonly string[];
  readonly locks: readonly ForecastLock[];
  readonly rewrites: boolean;
  readonly scans: boolean;
  /** At most: how many rows a WHERE leaves is not known. */
  readonly time: TimeClass;
  /** Why its text does not tell all that it does; null: it does. */
  readonly unforeseen: string | null;
}

export interface ForecastContext {
  readonly known: Known;
  readonly serverMajor: number;
  readonly isNew: (table: KnownTable | undefined) => boolean;
  readonly unforeseen: string | null;
  /** How many rows a use makes for each that it reads (`rowsMade`); undefined: nobody can tell. */
  readonly rowsMade: (use: FormUse) => number | undefined;
}

/** The forecast of a statement from the forms that it is made of. */
export function forecast(uses: readonly FormUse[], context: ForecastContext): Forecast {
  const { serverMajor, known, unforeseen } = context;
  const whole = wholeEffect(uses, serverMajor, known);
  const locks = whole.locks.flatMap(({ relation, mode }) => (relation ? lockOn(relation, mode, context) : []));
  const locked = new Set(locks.map(({ relation }) => relation));
  const absent = absentOnes(uses, known);
  const times = uses.map((use) => timeOf(use, context));
  return {
    forms: [...new Set(uses.map(({ form }) => form.title))],
    locks: locks.map((lock) => ({
      ...lock,
      table: tableOf(lock, locked, known),
      isNew: lock.isNew || absent.has(lock.relation),
    })),
    rewrites: whole.rewrite !== null,
    scans: whole.scan,
    time: longest(unforeseen === null ? times : [...times, 'unknown']),
    unforeseen,
  };
}

function lockOn(name: QualifiedName, mode: LockMode, { known, isNew }: ForecastContext): ForecastLock {
  const index = known.index(name);
  const own = index?.index;
  const table = index?.table ?? known.table(name);
  const resolved = known.resolve(name);
  return {
    name: resolved,
    relation: shown(resolved),
    table: null,
    mode,
    lock: lockModeName(mode),
    stalls: lockStalls(mode),
    blocks: lockBlocks(mode),
    rows: index ? null : (table?.size?.rows ?? null),
    bytes: (index ? own?.bytes : table?.size?.bytes) ?? null,
    isNew: isNew(table),
  };
}

/** There is nothing to replace or to drop: the database was asked for all that is there. */
const MAY_BE_ABSENT = new Set(['replace-view', 'drop-view', 'drop-table', 'drop-index', 'drop-index-concurrently']);

function absentOnes(uses: readonly FormUse[], known: Known): ReadonlySet<string> {
  const absent = uses.filter(
    ({ form, target }) => MAY_BE_ABSENT.has(form.id) && !known.table(target) && !known.index(target),
  );
  return new Set(absent.flatMap(({ target }) => (target ? shown(known.resolve(target)) : [])));
}

/** The table that people know: not its index or sequence, and not one of the partitions where all are meant. */
function tableOf({ name, relation }: ForecastLock, locked: ReadonlySet<string>, known: Known): string | null {
  const own = known.table(name);
  let table = known.index(name)?.table ?? (own?.ownedBy ? known.table(own.ownedBy.table) : own);
  while (table?.partitionOf && locked.has(shown(table.partitionOf))) table = known.table(table.partitionOf);
  return table === undefined || shown(table.name) === relation ? null : shown(table.name);
}

function shown({ schema, name }: RelationName): string {
  return [schema, name].map(displayIdentifier).join('.');
}

/** SELECT without a table, INSERT of written rows: they work on no rows that are there. */
const MAKES_ROWS = new Set(['insert', 'create-table-as', 'create-materialized-view']);
const NEEDS_A_TABLE = new Set(['select', 'select-for-update', 'insert', 'create-table-as', 'create-materialized-view']);

function timeOf(use: FormUse, context: ForecastContext): TimeClass {
  const work = workOf(use, context.serverMajor);
  if (work === 'none') return 'an instant';
  const names = namesOfRows(use, context.serverMajor);
  const made = MAKES_ROWS.has(use.form.id) ? context.rowsMade(use) : 1;
  if (made === undefined) return 'unknown';
  if (names.length === 0 && !NEEDS_A_TABLE.has(use.form.id)) return 'unknown';
  const sizes = names.length > 0 ? names.map((name) => sizeOf(name, context)) : [oneRow(use, context)];
  return longest(sizes.map((size) => timeClass(work, size && { ...size, bytes: size.bytes * made })));
}

/** With its indexes, where nothing is known of the table. */
const ROW_BYTES = 100;

function oneRow({ target }: FormUse, { known }: ForecastContext): KnownTable['size'] {
  const size = target && known.table(target)?.size;
  return { rows: 1, bytes: size?.rows ? size.bytes / size.rows : ROW_BYTES };
}

/** The relations whose rows it goes through. */
function namesOfRows({ form, target, others }: FormUse, serverMajor: number): QualifiedName[] {
  const { scan, rewrite } = effectOn(form, serverMajor);
  // What it makes is not what it reads.
  const own = target && (scan || rewrite) && !MAKES_ROWS.has(form.id) ? [target] : [];
  const read = others.filter(({ on }) => on === 'tables read' || (!target && on === 'tables using it'));
  return [...own, ...read.flatMap(({ names }) => names)];
}

/** A new table has no rows; what a query says of others (a view, a function) is not known. */
function sizeOf(name: QualifiedName, { known, isNew }: ForecastContext): KnownTable['size'] {
  const table = known.table(name) ?? known.index(name)?.table;
  return isNew(table) ? { rows: 0, bytes: 0 } : table?.size;
}
