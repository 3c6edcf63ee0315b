import type { Footprint } from '../../graph/access.ts';
import { type GraphNode, MigrationGraph } from '../../graph/graph.ts';
import { type InferredEdge, inferEdges } from '../../graph/inferred.ts';
import { orderMigrations } from '../../graph/order.ts';
import { SchemaLearner } from '../../known/learner.ts';
import { schemasOf } from '../../known/search-path.ts';
import type { Migration } from '../../migration/migration.ts';
import { neededBy } from '../../plan/depends.ts';
import { inForce } from '../../plan/ledger-entry.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import type { MigrationStatus } from '../../plan/reconcile.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import { appliedFiles } from '../schema/applied-files.ts';
import { footprintsOf } from './footprints.ts';

export interface ReadGraph {
  readonly graph: MigrationGraph;
  /** What one that would run behind all of them needs of them. */
  readonly needsBehind: readonly InferredEdge[];
  /** Files that cannot be read as migrations: they are in the graph, without edges. */
  readonly complaints: readonly Problem[];
}

export interface ReadOptions {
  /** Has the SQL that was run, where the file is another one by now. */
  readonly control?: Control;
  /** As in the settings; by default public. */
  readonly searchPath?: string | undefined;
  /** It would run behind all of them: the way back of one. */
  readonly behind?: Migration | undefined;
  /** As if none had been applied: all in the order of dependencies and numbers. */
  readonly byNumber?: boolean;
}

/**
 * The migrations and what they need: those that are applied in the order in which they were, with the SQL that was run, and behind
 * them the others in the order in which they would be.
 */
export async function readGraph(
  all: readonly MigrationStatus[],
  { control, searchPath, behind, byNumber = false }: ReadOptions = {},
): Promise<ReadGraph> {
  const complaints: Problem[] = [];
  // What a squash stands for is in that.
  const statuses = all.filter(({ replacedBy }) => replacedBy === undefined);
  const sources = await sourcesOf(statuses, control);
  const loaded = sources.map(({ status, file }): Loaded => {
    const migration = loadedOf(file, complaints);
    return { status, migration, ...dependsOf(migration, statuses, complaints) };
  });
  const ordered = inOrder(loaded, byNumber, complaints);
  const readable = ordered.flatMap(({ migration }) => migration ?? []);
  const footprints = await footprintsOf(behind ? [...readable, behind] : readable, learnerOf(searchPath));
  const byVersion = new Map(footprints.map((one) => [one.version, one]));
  const graph = new MigrationGraph(ordered.map((one) => nodeOf(one, byVersion)));
  const needsBehind = behind
    ? inferEdges(footprints, behind.version).filter(({ from }) => from === behind.version)
    : [];
  return { graph, needsBehind, complaints };
}

function learnerOf(searchPath: string | undefined): SchemaLearner {
  return searchPath === undefined
    ? new SchemaLearner()
    : new SchemaLearner(undefined, schemasOf(searchPath.split(',')));
}

interface Source {
  readonly status: MigrationStatus;
  readonly file: MigrationFile | undefined;
}

interface Loaded {
  readonly status: MigrationStatus;
  readonly migration: Migration | undefined;
  /** What its headers name, as far as that is there. */
  readonly depends: readonly string[];
}

/** The file where it is what was applied, else what was stored then. */
async function sourcesOf(statuses: readonly MigrationStatus[], control: Control | undefined): Promise<Source[]> {
  const isStale = ({ state, entry }: MigrationStatus) =>
    entry !== undefined && inForce(entry) && (state === 'modified' || state === 'missing');
  const stored = control && statuses.some(isStale) ? await appliedFiles(control, []) : undefined;
  const bodies = new Map(stored?.files.map((one) => [one.version, one]));
  return statuses.map((status) => ({
    status,
    file: isStale(status) ? bodies.get(status.version) : status.file,
  }));
}

function loadedOf(file: MigrationFile | undefined, complaints: Problem[]): Migration | undefined {
  try {
    return file?.load();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    complaints.push(error);
    return undefined;
  }
}

function dependsOf(
  migration: Migration | undefined,
  statuses: readonly MigrationStatus[],
  complaints: Problem[],
): Pick<Loaded, 'depends'> {
  if (!migration) return { depends: [] };
  const { depends, problems } = neededBy(migration, statuses);
  complaints.push(...problems.values());
  return { depends: depends.filter((one) => !problems.has(one)) };
}

function inOrder(loaded: readonly Loaded[], byNumber: boolean, complaints: Problem[]): Loaded[] {
  const isApplied = ({ status: { entry } }: Loaded) => !byNumber && entry !== undefined && inForce(entry);
  const applied = loaded.filter(isApplied).sort((a, b) => orderOf(a) - orderOf(b));
  const nodes = loaded
    .filter((one) => !isApplied(one))
    .map((one) => ({
      ...one,
      version: one.status.version,
      number: one.status.number,
      name: one.status.file?.name ?? '',
      file: one.status.file?.file ?? '',
    }));
  const { ordered, problems } = orderMigrations(nodes, new Set(applied.map(({ status }) => status.version)));
  complaints.push(...problems);
  return [...applied, ...ordered];
}

function orderOf({ status }: Loaded): number {
  return status.entry?.appliedOrder ?? 0;
}

function nodeOf({ status, migration, depends }: Loaded, footprints: ReadonlyMap<string, Footprint>): GraphNode {
  return {
    version: status.version,
    file: migration?.file ?? status.file?.file,
    description: migration?.description ?? status.entry?.description ?? status.version,
    depends,
    footprint: footprints.get(status.version),
  };
}
