import { type DependsReference, dependsReferences } from '../../migration/depends.ts';
import { Problem } from '../../problem/problem.ts';
import type { FileComplaint, FileSet, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'unresolved-depends',
  topic: 'transactions',
  summary:
    'A Depends header names what is not there or what may mean several, or comes round in a circle: migrate refuses',
  severity: 'error',
  weighed: false,
  *file({ migration, set }) {
    if (migration.headers.depends.length === 0) return;
    const references = dependsReferences(migration.text);
    let inCircle = false;
    for (const text of migration.headers.depends) {
      const header = references.find((one) => one.text === text);
      const needed = set.needed(text);
      if (needed instanceof Problem) yield unresolved(text, needed, header);
      else if (!inCircle) {
        const way = wayTo(set, needed, migration.version);
        if (way) yield circular([migration.version, ...way], header);
        inCircle = way !== undefined;
      }
    }
  },
};

function unresolved(text: string, { code, fields }: Problem, header: DependsReference | undefined): FileComplaint {
  const isAmbiguous = code === 'version-ambiguous';
  const meant = fields.next?.filter((one) => /^(?:Did you mean|Its neighbours|The highest)/.test(one)) ?? [];
  return {
    message: isAmbiguous
      ? `the number ${text} may mean several: ${fields.found}`
      : `it depends on ${text}, which no file has`,
    why: isAmbiguous
      ? 'Name the whole version, not the number alone.'
      : ['Migrate refuses to run anything until it is there, or the header is mended.', ...meant].join(' '),
    ...(header && { header }),
  };
}

function circular(way: readonly string[], header: DependsReference | undefined): FileComplaint {
  return {
    message: `this comes behind itself: ${way.join(' needs ')}`,
    why: 'No order satisfies these headers, and migrate refuses to run anything. Take one of them out.',
    ...(header && { header }),
  };
}

/** From one version to the other by headers, with both; undefined where none leads there. */
function wayTo(set: FileSet, from: string, to: string): string[] | undefined {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  for (const one of cameFrom.keys()) {
    if (one === to) return backFrom(to, cameFrom);
    for (const next of set.dependsOf(one)) if (!cameFrom.has(next)) cameFrom.set(next, one);
  }
  return undefined;
}

function backFrom(to: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const way: string[] = [];
  for (let one: string | undefined = to; one !== undefined; one = cameFrom.get(one)) way.unshift(one);
  return way;
}
