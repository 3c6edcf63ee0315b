import type { Change } from './compare.ts';
import { compareText, keyOf, POSITION, type SchemaObject, type Snapshot, type Value } from './snapshot.ts';

/** What of an object is decided on together: owners and privileges are only known where they were asked for. */
type Part = 'definition' | 'owner' | 'privileges';

/** What one part of an object is on both sides, as one text for one definition; '' where there is no such object. */
export interface Definitions {
  readonly part: Part;
  readonly before: string;
  readonly after: string;
}

/** Tells the definitions of an object of two schemas: of the parts that differ; of what was added or removed, its definition always. */
export type DefinitionsOf = (change: Change) => Definitions[];

/** Of the schemas that were compared. */
export function definitionsIn(before: Snapshot, after: Snapshot): DefinitionsOf {
  const [a, b] = [byKey(before), byKey(after)];
  return (change) =>
    partsOf(change).map((part) => ({
      part,
      before: definition(change, 'before', part, a),
      after: definition(change, 'after', part, b),
    }));
}

type Objects = ReadonlyMap<string, SchemaObject>;

function byKey({ objects }: Snapshot): Objects {
  return new Map(objects.map((one) => [keyOf(one), one]));
}

function partsOf({ kind, detail }: Change): Part[] {
  const parts = new Set(Object.keys(detail).map(partOf));
  if (kind !== 'changed') parts.add('definition');
  return [...parts].sort(compareText);
}

function partOf(property: string): Part {
  if (property === 'owner') return 'owner';
  return /^(revoked )?privileges$/.test(property) ? 'privileges' : 'definition';
}

/** All of the part, not only what differs: any other change makes it another definition. */
function definition(change: Change, side: 'before' | 'after', part: Part, objects: Objects): string {
  const { type, identity, detail } = change;
  const one = objects.get(keyOf(change));
  if (!one) return '';
  // The index of a constraint comes and goes with it, as one change.
  const index = type === 'constraint' ? objects.get(keyOf({ type: 'index', identity })) : undefined;
  const shown = Object.entries(detail).map(([name, value]) => [name, value[side]] as const);
  const properties = new Map<string, Value | null>([...shown, ...Object.entries(one.properties)]);
  return JSON.stringify([
    chosen(properties, part),
    index ? chosen(new Map(Object.entries(index.properties)), part) : [],
  ]);
}

function chosen(properties: ReadonlyMap<string, Value | null>, part: Part): [string, Value | null][] {
  return [...properties]
    .filter(([name]) => name !== POSITION && partOf(name) === part)
    .sort(([x], [y]) => compareText(x, y));
}
