import { Problem } from '../problem/problem.ts';

/** What ordering needs to know of a migration. */
export interface OrderNode {
  readonly version: string;
  readonly number: bigint;
  readonly name: string;
  readonly file: string;
  /** Versions that must come before, as resolved from `Depends:`. */
  readonly depends: readonly string[];
  /** What is wrong with those that cannot be resolved, by what stands for them in `depends`; else they are missing. */
  readonly unresolved?: ReadonlyMap<string, Problem>;
}

/** By number, then by name in code unit order: the order of files that nothing else puts in order. */
export function compareByNumber(
  a: { number: bigint; version: string },
  b: { number: bigint; version: string },
): number {
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  return a.version < b.version ? -1 : a.version > b.version ? 1 : 0;
}

export interface Ordering<N extends OrderNode> {
  readonly ordered: readonly N[];
  readonly problems: readonly Problem[];
}

/**
 * Dependencies first, then number, then name. A dependency that is neither among the nodes nor in `settled` (applied
 * already) is missing; every missing one and every cycle is reported, not only the first.
 */
export function orderMigrations<N extends OrderNode>(nodes: readonly N[], settled: ReadonlySet<string>): Ordering<N> {
  const byVersion = new Map(nodes.map((node) => [node.version, node]));
  const walk = new Walk(byVersion, settled);
  for (const node of [...nodes].sort(compareByNumber)) walk.visit(node, []);
  return { ordered: walk.ordered, problems: walk.problems };
}

class Walk<N extends OrderNode> {
  readonly ordered: N[] = [];
  readonly problems: Problem[] = [];
  readonly #byVersion: ReadonlyMap<string, N>;
  readonly #settled: ReadonlySet<string>;
  readonly #done = new Set<string>();

  constructor(byVersion: ReadonlyMap<string, N>, settled: ReadonlySet<string>) {
    this.#byVersion = byVersion;
    this.#settled = settled;
  }

  visit(node: N, path: readonly N[]): void {
    if (this.#done.has(node.version)) return;
    const start = path.findIndex((other) => other.version === node.version);
    if (start >= 0) {
      this.#cycle(path.slice(start));
      return;
    }
    for (const version of node.depends) this.#visitDependency(node, version, [...path, node]);
    this.#done.add(node.version);
    this.ordered.push(node);
  }

  #visitDependency(node: N, version: string, path: readonly N[]): void {
    const dependency = this.#byVersion.get(version);
    if (dependency) this.visit(dependency, path);
    else if (!this.#settled.has(version)) this.problems.push(node.unresolved?.get(version) ?? missing(node, version));
  }

  #cycle(members: readonly N[]): void {
    const versions = members.map((member) => member.version);
    this.problems.push(
      new Problem('order', `migrations depend on each other in a circle: ${[...versions, versions[0]].join(' -> ')}`, {
        where: { file: members[0]?.file ?? '' },
        next: ['Take one of these out of its Depends: header.'],
      }),
    );
  }
}

function missing(node: OrderNode, version: string): Problem {
  return new Problem('order', `${node.version} depends on ${version}, which is not applied and has no file`, {
    where: { file: node.file },
    version: node.version,
    next: [`Add the file of ${version}, or correct the Depends: header.`],
  });
}
