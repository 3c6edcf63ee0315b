import type { Footprint, Manner } from '../../graph/access.ts';
import type { Link, MigrationGraph } from '../../graph/graph.ts';
import { impliedEdges } from '../../graph/implied.ts';
import type { Reason } from '../../graph/inferred.ts';
import { describeObject } from '../../graph/object.ts';
import { doubtful, type GraphPart, versionsOf } from '../../graph/part.ts';
import { reasonText } from '../../plan/standing.ts';
import type { MigrationState } from '../../plan/state.ts';
import type { Problem } from '../../problem/problem.ts';
import { problemJson } from '../problem-json.ts';

/** What is known, and of whom it was asked. */
export interface GraphBasis {
  readonly graph: MigrationGraph;
  readonly part: GraphPart;
  readonly database: string | null;
  /** Why a database that is named was not asked. */
  readonly unasked: string | null;
  readonly states: ReadonlyMap<string, MigrationState>;
  readonly complaints: readonly Problem[];
}

/** The JSON document of `graph`, from which every other format is made. */
export interface GraphDocument {
  readonly part: GraphPart['kind'];
  /** Versions that the part is about; none for the whole. */
  readonly versions: readonly string[];
  readonly source: 'database' | 'files';
  readonly database: string | null;
  readonly unasked: string | null;
  /** In the order in which they run, or ran. */
  readonly nodes: readonly DocumentNode[];
  readonly edges: readonly DocumentEdge[];
  /** Versions outside the part that may belong to it: what they do is not known in full. */
  readonly doubtful: readonly DocumentNode[];
  readonly complaints: readonly ReturnType<typeof problemJson>[];
}

export interface DocumentNode {
  readonly version: string;
  /** Null where nobody has the file any more. */
  readonly file: string | null;
  readonly description: string;
  /** Null where no database was asked. */
  readonly state: MigrationState | null;
  /** Whether its SQL could be read at all. */
  readonly read: boolean;
  /** Places that may do more than their text tells. */
  readonly unknown: Footprint['unknown'];
}

/** `from` needs `to`. */
export interface DocumentEdge {
  readonly from: string;
  readonly to: string;
  /** By a `Depends:` header. */
  readonly declared: boolean;
  /** It orders the two, but `from` does not stand on `to`. */
  readonly weak: boolean;
  /** It follows from other edges of this document. */
  readonly implied: boolean;
  /** Why the SQL says so; none where it does not. */
  readonly inferred: readonly DocumentReason[];
}

export interface DocumentReason {
  /** `uses table orders`, `drops column total of orders` */
  readonly text: string;
  /** `table app.orders`, `column status of orders` */
  readonly object: string;
  /** What kind of object: `table`, `column`, `rows`. */
  readonly kind: string;
  /** Its names from the outside in. */
  readonly path: readonly string[];
  readonly weak: boolean;
  readonly later: { readonly manner: Manner; readonly line: number };
  readonly earlier: { readonly manner: Manner; readonly line: number };
}

/** The part of a graph that was asked for, as a value for programs. */
export function graphDocument(basis: GraphBasis): GraphDocument {
  const { graph, part, database, unasked } = basis;
  const found = versionsOf(graph, part);
  return {
    part: part.kind,
    versions: part.versions,
    source: database === null ? 'files' : 'database',
    database,
    unasked,
    nodes: nodesOf(basis, found),
    edges: edgesOf(graph, found),
    doubtful: nodesOf(basis, new Set(doubtful(graph, part, found))),
    complaints: basis.complaints.map(problemJson),
  };
}

function nodesOf({ graph, database, states }: GraphBasis, found: ReadonlySet<string>): DocumentNode[] {
  return graph.nodes
    .filter(({ version }) => found.has(version))
    .map(({ version, file, description, footprint }) => ({
      version,
      file: file ?? null,
      description,
      state: database === null ? null : (states.get(version) ?? null),
      read: footprint !== undefined,
      unknown: footprint?.unknown ?? [],
    }));
}

function edgesOf(graph: MigrationGraph, found: ReadonlySet<string>): DocumentEdge[] {
  const versions = graph.nodes.flatMap(({ version }) => (found.has(version) ? [version] : []));
  const edges = versions.flatMap((from) =>
    graph.needsOf(from).flatMap((link) => (found.has(link.version) ? [edgeOf(from, link)] : [])),
  );
  const implied = impliedEdges(versions, edges);
  return edges.map((edge) => (implied.has(edge) ? { ...edge, implied: true } : edge));
}

function edgeOf(from: string, { version: to, declared = false, inferred }: Link): DocumentEdge {
  return {
    from,
    to,
    declared,
    weak: !declared && inferred?.weak === true,
    implied: false,
    inferred: (inferred?.reasons ?? []).map(reasonOf),
  };
}

function reasonOf(reason: Reason): DocumentReason {
  const { object, later, earlier, weak } = reason;
  return {
    text: reasonText(reason),
    object: describeObject(object),
    kind: object.at(-1)?.word ?? '',
    path: object.map(({ name }) => name).filter((name) => name !== ''),
    weak,
    later: { manner: later.manner, line: later.line },
    earlier: { manner: earlier.manner, line: earlier.line },
  };
}
