import { effectOn, type FormUse, type LockMode } from '../facts/form.ts';
import { wholeEffect } from '../facts/whole.ts';
import type { Known } from '../known/known.ts';
import type { KnownTable, TableSize } from '../known/table.ts';
import { lockBlocks, lockModeName, lockStalls } from '../sql/lock-modes.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import { type TimeClass, timeClass, type WorkOnRows } from './time-class.ts';

/** A lock that a statement will ask for. */
export interface ForecastLock {
  /** As the statement names it. */
  readonly name: QualifiedName;
  /** As SQL names it. */
  readonly relation: string;
  /** By the name of pg_locks. */
  readonly mode: LockMode;
  /** The same as SQL writes it: `ACCESS EXCLUSIVE`. */
  readonly lock: string;
  /** The application's reads or writes wait for it. */
  readonly stalls: 'reads and writes' | 'writes' | null;
  /** What of others waits for it, in words. */
  readonly blocks: string;
  /** By the statistics; null where they are not known. */
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
  readonly time: TimeClass;
}

export interface ForecastContext {
  readonly known: Known;
  readonly serverMajor: number;
  readonly isNew: (table: KnownTable | undefined) => boolean;
}

/** The forecast of a statement from the forms that it is made of. */
export function forecast(uses: readonly FormUse[], context: ForecastContext): Forecast {
  const whole = wholeEffect(uses, context.serverMajor, context.known);
  const effects = uses.map((use) => ({ use, effect: effectOn(use.form, context.serverMajor) }));
  const times = effects.map(({ use, effect }) => timeClass(workOf(effect), sizeOf(use.target, context)));
  return {
    forms: [...new Set(uses.map(({ form }) => form.title))],
    locks: whole.locks.flatMap(({ relation, mode }) => (relation ? lockOn(relation, mode, context) : [])),
    rewrites: whole.rewrite !== null,
    scans: whole.scan,
    time: longest(times),
  };
}

type Effect = ReturnType<typeof effectOn>;

function workOf({ rewrite, scan, lock }: Effect): WorkOnRows {
  if (rewrite) return 'write';
  if (!scan) return 'none';
  // What keeps writes out while it reads everything builds an index; the rest checks rows.
  return lock === 'ShareLock' ? 'write' : 'read';
}

function lockOn(name: QualifiedName, mode: LockMode, { known, isNew }: ForecastContext): ForecastLock {
  const table = known.table(name) ?? known.index(name)?.table;
  return {
    name,
    relation: [name.schema, name.name].flatMap((part) => (part === undefined ? [] : displayIdentifier(part))).join('.'),
    mode,
    lock: lockModeName(mode),
    stalls: lockStalls(mode),
    blocks: lockBlocks(mode),
    rows: table?.size?.rows ?? null,
    bytes: table?.size?.bytes ?? null,
    isNew: isNew(table),
  };
}

/** A new table has no rows. */
function sizeOf(name: QualifiedName | undefined, { known, isNew }: ForecastContext): TableSize | undefined {
  const table = known.table(name) ?? known.index(name)?.table;
  return isNew(table) ? { rows: 0, bytes: 0 } : table?.size;
}

const CLASSES: readonly TimeClass[] = ['an instant', 'seconds', 'minutes', 'hours', 'unknown'];

function longest(times: readonly TimeClass[]): TimeClass {
  return CLASSES[Math.max(0, ...times.map((one) => CLASSES.indexOf(one)))] ?? 'unknown';
}
