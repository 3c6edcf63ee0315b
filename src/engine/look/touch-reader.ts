import { createHash } from 'node:crypto';
import type { ObjectType } from '../../catalog/object-types.ts';
import type { SchemaObject } from '../../catalog/snapshot.ts';
import { readFolders } from '../../files/folders.ts';
import type { Access } from '../../graph/access.ts';
import { describeObject, type ObjectPath } from '../../graph/object.ts';
import { type MigrationStatus, reconcile } from '../../plan/reconcile.ts';
import type { MigrationState } from '../../plan/state.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { readGraph } from '../graph/read-graph.ts';
import { searchPathInForce } from '../search-path.ts';
import { runningVersions } from '../status.ts';

/** A migration that makes, changes or drops an object, or what belongs to it. */
export interface ObjectTouch {
  readonly version: string;
  readonly state: MigrationState;
  /** In the order of the file, each once. */
  readonly what: readonly { readonly manner: Access['manner']; readonly text: string; readonly line: number }[];
}

export interface ObjectTouches {
  /** In the order in which they run. */
  readonly touches: readonly ObjectTouch[];
  /** Versions that may do more than can be read from them. */
  readonly unknown: readonly string[];
}

interface Read {
  readonly key: string;
  readonly byObject: ReadonlyMap<string, ObjectTouch[]>;
  readonly unknown: readonly string[];
}

/** Tells which migrations have made an object. The SQL of all of them is read when the first is asked for, and again when one has changed. */
export class TouchReader {
  readonly #engine: Engine;
  #read: Read | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  touchesOf({ type, identity }: Pick<SchemaObject, 'type' | 'identity'>): Promise<ObjectTouches> {
    const { settings, cwd } = this.#engine;
    const { files } = readFolders(settings.directories, cwd);
    return withControl(this.#engine, async (control) => {
      const running = (control.ledger.layout ?? 0) > 0 ? await runningVersions(control) : new Set<string>();
      const statuses = reconcile(files, control.ledger.entries, running).filter((one) => one.replacedBy === undefined);
      const searchPath = await searchPathInForce(settings, control);
      const key = keyOf(statuses, searchPath);
      if (this.#read?.key !== key) {
        const { graph } = await readGraph(statuses, { control, searchPath });
        this.#read = { key, ...gather(graph.nodes, new Map(statuses.map(({ version, state }) => [version, state]))) };
      }
      const { byObject, unknown } = this.#read;
      const found = spacesOf(type).flatMap((space) => byObject.get(objectKey(space, identity)) ?? []);
      return { touches: found, unknown };
    });
  }
}

function keyOf(statuses: readonly MigrationStatus[], searchPath: string): string {
  const hash = createHash('sha256').update(searchPath);
  for (const { version, state, file, entry } of statuses)
    hash.update(JSON.stringify([version, state, file?.checksum, entry?.checksum, entry?.appliedOrder]));
  return hash.digest('hex');
}

type Nodes = Awaited<ReturnType<typeof readGraph>>['graph']['nodes'];

function gather(nodes: Nodes, states: ReadonlyMap<string, MigrationState>): Omit<Read, 'key'> {
  const byObject = new Map<string, ObjectTouch[]>();
  for (const { version, footprint } of nodes) {
    const made = new Map<string, Map<string, ObjectTouch['what'][number]>>();
    for (const access of footprint?.accesses ?? []) {
      const key = access.manner === 'reads' ? undefined : keyOfPath(access.object);
      if (key === undefined) continue;
      const what = made.get(key) ?? new Map<string, ObjectTouch['what'][number]>();
      const text = describeObject(access.object);
      const said = `${access.manner} ${text}`;
      if (!what.has(said)) what.set(said, { manner: access.manner, text, line: access.line });
      made.set(key, what);
    }
    const state = states.get(version) ?? 'pending';
    for (const [key, what] of made)
      byObject.set(key, [...(byObject.get(key) ?? []), { version, state, what: [...what.values()] }]);
  }
  const unknown = nodes.filter(({ footprint }) => footprint === undefined || footprint.unknown.length > 0);
  return { byObject, unknown: unknown.map(({ version }) => version) };
}

function keyOfPath([first, second]: ObjectPath): string | undefined {
  if (first === undefined || first.name === '') return undefined;
  if (first.space !== 'schema') return objectKey(first.space, [first.name]);
  if (second === undefined) return objectKey('schema', [first.name]);
  return second.name === '' ? undefined : objectKey(second.space, [first.name, second.name]);
}

/** All functions of a name count as one: a file may name one without its arguments. */
function objectKey(space: string, identity: readonly string[]): string {
  return JSON.stringify([space, ...identity.slice(0, 2)]);
}

/** Under what the graph keeps objects of a kind. */
function spacesOf(type: ObjectType): readonly string[] {
  if (/^(table|foreign table|view|materialized view|sequence)$/.test(type)) return ['relation'];
  if (type === 'composite type') return ['relation', 'type'];
  if (/^(enum|domain|range|base type)$/.test(type)) return ['type'];
  return /^(function|procedure|aggregate)$/.test(type) ? ['function'] : [type];
}
