import type { Included, Properties, SchemaObject, Snapshot } from '../../catalog/snapshot.ts';
import { keyOf } from '../../catalog/snapshot.ts';
import type { DriftFound } from './drift.ts';
import { FOR_SCRIPTS, scriptBetween, type WayThereAndBack } from './write-script.ts';

/**
 * The SQL from what the applied migrations make to what is there, and the whole way back. Owners and grants of what is made
 * anew are those of the migrations, unless `included` asks for those that are there.
 */
export async function scriptsFor(found: DriftFound, included: Included): Promise<WayThereAndBack> {
  const { replayed, actual, scratch } = found;
  const role = (await scratch.roles.own()) ?? scratch.server.user;
  const before = { ...replayed, schema: included.owners ? replayed.schema : withoutOwner(replayed.schema, role) };
  const after = { ...actual, schema: withAccessOf(before.schema, actual.schema, included) };
  return { there: scriptBetween(before, after, included), back: scriptBetween(after, before, FOR_SCRIPTS) };
}

/** What a migration makes belongs to the role that migrates, which has another name elsewhere. */
function withoutOwner(schema: Snapshot, role: string): Snapshot {
  const objects = schema.objects.map((one) => (one.properties.owner === role ? without(one, ['owner']) : one));
  return { ...schema, objects };
}

const ACCESS = { owners: ['owner'], privileges: ['privileges', 'revoked privileges'] } as const;

/** The second schema, with the owners and grants that the first has, as far as they are not asked for. */
function withAccessOf(first: Snapshot, second: Snapshot, included: Included): Snapshot {
  const names = (['owners', 'privileges'] as const).flatMap((part) => (included[part] ? [] : ACCESS[part]));
  const known = new Map(first.objects.map((one) => [keyOf(one), one]));
  const objects = second.objects.map((one) => {
    const access = Object.entries(known.get(keyOf(one))?.properties ?? {}).filter(([name]) => isOneOf(names, name));
    const plain = without(one, names);
    return { ...plain, properties: { ...plain.properties, ...(Object.fromEntries(access) as Properties) } };
  });
  if (included.privileges) return { ...second, objects };
  const isDefault = ({ type }: SchemaObject) => type === 'default privileges';
  return { ...second, objects: [...objects.filter((one) => !isDefault(one)), ...first.objects.filter(isDefault)] };
}

function without(one: SchemaObject, names: readonly string[]): SchemaObject {
  const kept = Object.entries(one.properties).filter(([name]) => !isOneOf(names, name));
  return { ...one, properties: Object.fromEntries(kept) as Properties };
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
