import type { GraphAnswer } from '../../answers/graph.ts';

/** What stands on a version, and what it stands on, through others too; edges that only order two do not count. */
export interface Reach {
  readonly impact: ReadonlySet<string>;
  readonly foundation: ReadonlySet<string>;
}

export function reachOf({ edges }: Pick<GraphAnswer, 'edges'>, version: string): Reach {
  const strong = edges.filter(({ weak }) => !weak);
  const ups = linksOf(strong.map(({ from, to }) => [to, from]));
  const downs = linksOf(strong.map(({ from, to }) => [from, to]));
  return { impact: reached(version, ups), foundation: reached(version, downs) };
}

type Links = ReadonlyMap<string, readonly string[]>;

function linksOf(pairs: readonly (readonly [string, string])[]): Links {
  const links = new Map<string, string[]>();
  for (const [one, other] of pairs) {
    const found = links.get(one);
    if (found) found.push(other);
    else links.set(one, [other]);
  }
  return links;
}

function reached(version: string, links: Links): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [version];
  for (const one of open) {
    for (const next of links.get(one) ?? []) {
      if (found.has(next) || next === version) continue;
      found.add(next);
      open.push(next);
    }
  }
  return found;
}
