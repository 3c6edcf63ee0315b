import type { Value } from './snapshot.ts';

/** Properties that hold an expression or a statement as PostgreSQL writes it out. */
const EXPRESSIONS: ReadonlySet<string> = new Set(['definition', 'default', 'generated', 'using', 'with check']);

const VARCHARS = /\(ARRAY\[((?:'(?:[^']|'')*'::character varying(?:, )?)+)\]\)::text\[\]/g;
const ELEMENT = /'(?:[^']|'')*'::character varying/g;

/**
 * One text for one expression: what a varchar column's IN (...) is kept as is written in another way once that text was read in
 * again, as by a dump that was restored (ruleutils.c: the cast of an array of constants, and those of its elements).
 */
export function expressionText(name: string, value: Value): Value {
  if (typeof value !== 'string' || !EXPRESSIONS.has(name) || !value.includes(')::text[]')) return value;
  return value.replace(VARCHARS, (_, elements: string) => {
    const cast = [...elements.matchAll(ELEMENT)].map(([element]) => `(${element})::text`);
    return `ARRAY[${cast.join(', ')}]`;
  });
}
