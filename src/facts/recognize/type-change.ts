import type { KnownType } from '../../known/table.ts';

/** What a change of type does to the stored values. */
export type TypeChange = 'kept' | 'rewrite' | 'time zone';

/**
 * By PostgreSQL's rules for casts (pg_cast: binary coercible) and lengths (support functions of varchar, numeric, varbit and
 * of the date and time types); measured on 12 to 18.
 */
export function typeChange(from: KnownType, to: KnownType): TypeChange {
  if (from.array !== to.array) return 'rewrite';
  if (from.name === to.name) return isWidened(from, to) ? 'kept' : 'rewrite';
  if (from.array) return 'rewrite';
  if (isZoneChange(from.name, to.name)) return isWidened(from, to) ? 'time zone' : 'rewrite';
  return to.modifiers.length === 0 && isBinaryCoercible(from.name, to.name) ? 'kept' : 'rewrite';
}

/** Pairs whose values are stored alike. */
const COERCIBLE: Readonly<Record<string, readonly string[]>> = {
  varchar: ['text', 'citext'],
  text: ['varchar', 'citext'],
  citext: ['text', 'varchar'],
  cidr: ['inet'],
  xml: ['text', 'varchar'],
  bit: ['varbit'],
  int4: ['oid', ...registered()],
  oid: ['int4', ...registered()],
};

function registered(): string[] {
  return ['regclass', 'regtype', 'regproc', 'regprocedure', 'regnamespace', 'regrole'];
}

function isBinaryCoercible(from: string, to: string): boolean {
  return COERCIBLE[from]?.includes(unqualified(to)) ?? false;
}

function unqualified(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function isZoneChange(from: string, to: string): boolean {
  const zones = ['timestamp', 'timestamptz'];
  return zones.includes(from) && zones.includes(to);
}

/** No value can be too long for the new length. */
function isWidened({ name, modifiers: from, array }: KnownType, { modifiers: to }: KnownType): boolean {
  if (to.length === 0) return name !== 'bpchar' || from.length === 0;
  if (from.join() === to.join()) return true;
  return !array && (WIDENING[name]?.(from, to) ?? false);
}

type Widening = (from: readonly number[], to: readonly number[]) => boolean;

const longer: Widening = ([from], [to]) => from !== undefined && to !== undefined && to >= from;

/** timestamp without a precision keeps microseconds: 6 digits. */
const finer: Widening = ([from = 6], [to = 6]) => to >= Math.min(from, 6);

const WIDENING: Readonly<Record<string, Widening>> = {
  varchar: longer,
  varbit: longer,
  numeric: ([from, fromScale = 0], [to, toScale = 0]) =>
    from !== undefined && to !== undefined && to >= from && toScale === fromScale,
  timestamp: finer,
  timestamptz: finer,
  time: finer,
  timetz: finer,
  interval: (from, to) => finer(from.slice(-1), to.slice(-1)),
};
