/** Documents of graphs, made from short lists. */
import fc from 'fast-check';
import { impliedEdges } from '../../../src/graph/implied.ts';
import type { MigrationState } from '../../../src/plan/state.ts';
import type { DocumentEdge, DocumentNode, GraphDocument } from '../../../src/report/graph/document.ts';

export function node(version: string, more: Partial<DocumentNode> = {}): DocumentNode {
  return { version, file: `m/${version}.sql`, description: '', state: null, read: true, unknown: [], ...more };
}

/** `003 001`: 003 needs 001 by its SQL; `003 = 001`: by its header; `003 . 001`: it is only ordered. */
export function edge(text: string, object = 'table t'): DocumentEdge {
  const [from = '', sign = '', last] = text.split(' ');
  const kind = last === undefined ? '' : sign;
  const inferred = {
    text: `uses ${object}`,
    object,
    kind: 'table',
    path: ['public', 't'],
    weak: kind === '.',
    later: { manner: 'reads', line: 7 },
    earlier: { manner: 'creates', line: 3 },
  } as const;
  const found = kind === '=' ? [] : [inferred];
  return { from, to: last ?? sign, declared: kind === '=', weak: kind === '.', implied: false, inferred: found };
}

export function document(
  nodes: readonly (DocumentNode | string)[],
  edges: readonly (DocumentEdge | string)[],
  more: Partial<GraphDocument> = {},
): GraphDocument {
  const all = nodes.map((one) => (typeof one === 'string' ? node(one) : one));
  const made = edges.map((one) => (typeof one === 'string' ? edge(one) : one));
  const implied = impliedEdges(
    all.map(({ version }) => version),
    made,
  );
  return {
    part: 'whole',
    versions: [],
    source: 'files',
    database: null,
    unasked: null,
    nodes: all,
    edges: made.map((one) => ({ ...one, implied: implied.has(one) })),
    doubtful: [],
    complaints: [],
    ...more,
  };
}

const STATES: readonly MigrationState[] = ['applied', 'pending', 'failed'];

/** Graphs of up to `most` migrations with edges of every kind: trees, runs, stars and knots. */
export function anyDocument(most: number): fc.Arbitrary<GraphDocument> {
  return fc
    .record({
      count: fc.integer({ min: 1, max: most }),
      needs: fc.array(
        fc.record({ from: fc.nat(), back: fc.nat({ max: 6 }), far: fc.nat(), isFar: fc.boolean(), kind: fc.nat(5) }),
        { maxLength: 3 * most },
      ),
      pending: fc.nat(),
    })
    .map(({ count, needs, pending }) => {
      const versions = Array.from({ length: count }, (_, i) => `${String(i + 1).padStart(3, '0')}_m`);
      const first = pending % (count + 1);
      const nodes = versions.map((version, i) => node(version, { state: STATES[i < first ? 0 : (i % 2) + 1]! }));
      const texts = new Map<string, string>();
      for (const { from, back, far, isFar, kind } of needs) {
        const later = from % count;
        const earlier = isFar ? far % count : later - 1 - back;
        if (earlier < 0 || earlier >= later) continue;
        const sign = kind === 0 ? '=' : kind === 1 ? '.' : '';
        texts.set(`${later} ${earlier}`, [versions[later], sign, versions[earlier]].filter(Boolean).join(' '));
      }
      return document(nodes, [...texts.values()], { source: 'database', database: 'd' });
    });
}

/** All that is reached from each version over edges `[from, to]`. */
export function closure(
  versions: readonly string[],
  edges: readonly (readonly [string, string])[],
): Map<string, Set<string>> {
  const onward = new Map(versions.map((version) => [version, [] as string[]]));
  for (const [from, to] of edges) onward.get(from)!.push(to);
  return new Map(
    versions.map((version) => {
      const seen = new Set(onward.get(version));
      for (const one of seen) for (const next of onward.get(one)!) seen.add(next);
      return [version, seen];
    }),
  );
}
