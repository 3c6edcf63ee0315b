import { readFolders } from '../../files/folders.ts';
import type { GraphPart } from '../../graph/part.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { resolveVersion } from '../../plan/resolve-version.ts';
import type { MigrationState } from '../../plan/state.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { searchPathInForce } from '../search-path.ts';
import { runningVersions } from '../status.ts';
import { type ReadGraph, readGraph } from './read-graph.ts';

/** Where migrations are, and which of them are asked for: versions as people write them. */
export interface GraphRequest {
  readonly settings: Pick<Engine['settings'], 'directories' | 'searchPath' | 'role'>;
  readonly cwd: string;
  readonly part: GraphPart;
}

export interface AskedGraph extends Omit<ReadGraph, 'needsBehind'> {
  /** With the versions in full. */
  readonly part: GraphPart;
  /** Null where no database was asked: then all files are as good as pending. */
  readonly database: string | null;
  readonly states: ReadonlyMap<string, MigrationState>;
}

/** The graph of what is in the folders and in the database. Problem `version-unknown` or `version-ambiguous`. */
export function graphFromDatabase(engine: Engine, request: GraphRequest): Promise<AskedGraph> {
  return withControl(engine, (control) => asked(request, control));
}

/** The graph of the folders alone. */
export function graphFromFiles(request: GraphRequest): Promise<AskedGraph> {
  return asked(request, undefined);
}

async function asked({ settings, cwd, part }: GraphRequest, control: Control | undefined): Promise<AskedGraph> {
  const found = readFolders(settings.directories, cwd);
  // What a squash stands for is in that.
  const statuses = (await statusesOf(found.files, control)).filter(({ replacedBy }) => replacedBy === undefined);
  const versions = part.versions.map((text) => resolveVersion(statuses, text));
  const searchPath = control ? await searchPathInForce(settings, control) : settings.searchPath;
  const options = { searchPath, ...(control ? { control } : {}) };
  const { graph, complaints } = await readGraph(statuses, options);
  return {
    graph,
    complaints: [...found.complaints, ...complaints],
    part: { ...part, versions: [...new Set(versions)] },
    database: control?.server.database ?? null,
    states: new Map(statuses.map(({ version, state }) => [version, state])),
  };
}

async function statusesOf(files: Parameters<typeof reconcile>[0], control: Control | undefined) {
  if (!control) return reconcile(files, []);
  const { ledger } = control;
  const running = (ledger.layout ?? 0) > 0 ? await runningVersions(control) : new Set<string>();
  return reconcile(files, ledger.entries, running);
}
