import type { NewType } from './destruction.ts';

/** To which types a type widens without losing anything, as pg_type names them. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  int2: ['int4', 'int8', 'numeric'],
  int4: ['int8', 'numeric'],
  int8: ['numeric'],
  float4: ['float8'],
  varchar: ['text'],
  text: ['varchar'],
  bit: ['varbit'],
  cidr: ['inet'],
};

/** A number that has no room in the new type is refused, not rounded. */
const WHOLE: ReadonlySet<string> = new Set(['int2', 'int4', 'int8']);

/**
 * Whether every value of a column comes back from its new type as it was: a wider type, or the same with more room. `from`: the
 * name of its type in pg_type; `modifier`: pg_attribute.atttypmod, -1 without.
 */
export function isLossless(from: string, modifier: number, to: NewType): boolean {
  if (to.using) return false;
  if (to.type === from) return keepsRoom(from, modifier, to.modifiers);
  const hasRoom = to.modifiers.length === 0 || WHOLE.has(from);
  return hasRoom && (WIDER[from] ?? []).includes(to.type);
}

/** atttypmod of varchar and the like is the length and 4 (VARHDRSZ). */
function keepsRoom(type: string, modifier: number, modifiers: readonly number[]): boolean {
  const [room] = modifiers;
  if (room === undefined) return type !== 'bpchar' && type !== 'bit';
  return type === 'varchar' && modifier > 0 && room >= modifier - 4;
}
