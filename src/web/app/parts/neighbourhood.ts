import type { KeysAnswer } from '../../answers/schema.ts';

type Reference = Pick<KeysAnswer['references'][number], 'from' | 'to'>;

/** More boxes than that nobody finds anything among. */
export const TABLES_DRAWN_MAX = 60;

export interface Neighbourhood {
  readonly tables: ReadonlySet<string>;
  /** How many are as near, and left out all the same. */
  readonly left: number;
}

/** The tables that a table refers to or that refer to it, over so many steps; the nearest first, up to `most` with itself. */
export function neighbourhood(
  references: readonly Reference[],
  table: string,
  steps: number,
  most = TABLES_DRAWN_MAX,
): Neighbourhood {
  const near = nearOf(references);
  const tables = new Set([table]);
  let edge = [table];
  let left = 0;
  for (let step = 0; step < steps; step++) {
    const next = new Set(edge.flatMap((one) => near.get(one) ?? []).filter((one) => !tables.has(one)));
    edge = [...next].slice(0, Math.max(0, most - tables.size));
    left += next.size - edge.length;
    for (const one of edge) tables.add(one);
  }
  return { tables, left };
}

/** The table that most others are connected with; undefined where there is none. */
export function busiest(references: readonly Reference[], tables: readonly string[]): string | undefined {
  const near = nearOf(references);
  const sizes = tables.map((table) => [table, new Set(near.get(table) ?? []).size] as const);
  return sizes.reduce((most, one) => (one[1] > most[1] ? one : most), sizes[0] ?? ['', 0])[0] || undefined;
}

function nearOf(references: readonly Reference[]): ReadonlyMap<string, string[]> {
  const near = new Map<string, string[]>();
  const add = (one: string, other: string) => {
    const list = near.get(one);
    if (list) list.push(other);
    else near.set(one, [other]);
  };
  for (const { from, to } of references) {
    add(from, to);
    add(to, from);
  }
  return near;
}
