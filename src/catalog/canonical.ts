import { expressionText } from './expression-text.ts';
import { OBJECT_TYPES, rankOf } from './object-types.ts';
import {
  compareIdentity,
  compareText,
  isSet,
  type Need,
  type NotChecked,
  type Properties,
  type SchemaObject,
  type Snapshot,
  type Value,
} from './snapshot.ts';

/** A property as a catalog query answers it: null where there is none. */
export type RawValue = string | number | boolean | null | readonly RawValue[];

/** Properties in one order, without those that are absent or off, sets sorted. */
export function canonicalProperties(raw: Readonly<Record<string, RawValue>>): Properties {
  const properties: Record<string, Value> = {};
  for (const name of Object.keys(raw).sort(compareText)) {
    const value = canonicalProperty(name, raw[name]);
    if (value !== undefined) properties[name] = value;
  }
  return properties;
}

/** One property as it stands in a snapshot; undefined where it is absent or off. */
export function canonicalProperty(name: string, raw: RawValue | undefined): Value | undefined {
  return raw === null || raw === undefined || raw === false ? undefined : canonicalValue(name, raw);
}

function canonicalValue(name: string, raw: RawValue): Value {
  const value = expressionText(name, withoutNulls(raw));
  if (!Array.isArray(value) || !isSet(name)) return value;
  return [...(value as readonly Value[])].sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
}

/** Within a list an absent part is left out; the kinds of the others tell them apart. */
function withoutNulls(raw: RawValue): Value {
  if (!Array.isArray(raw)) return raw as Value;
  return (raw as readonly RawValue[]).filter((one) => one !== null).map(withoutNulls);
}

/** Objects and gaps in the order of the kinds, then of the names: the one way to make a snapshot, with canonical properties. */
export function canonicalSnapshot(snapshot: Snapshot): Snapshot {
  const kinds = new Map(OBJECT_TYPES.map((type): [string, SchemaObject[]] => [type, []]));
  for (const one of snapshot.objects) kinds.get(one.type)!.push(one);
  const objects = [...kinds.values()].flatMap((list) => list.sort((a, b) => compareIdentity(a.identity, b.identity)));
  const gap = (one: NotChecked) => JSON.stringify([one.property ?? '', one.reason]);
  const notChecked = [...snapshot.notChecked].sort(
    (a, b) => rankOf(a.type) - rankOf(b.type) || compareText(gap(a), gap(b)),
  );
  return { ...snapshot, objects, notChecked };
}

/** Each once, in one order. */
export function canonicalNeeds(needs: readonly Need[]): readonly Need[] {
  if (needs.length < 2) return needs;
  const sorted = [...needs].sort(compareIdentity);
  return sorted.filter((need, i) => i === 0 || compareIdentity(need, sorted[i - 1]!) !== 0);
}

const FORMAT = 1;

/** The snapshot as the text of a file: JSON, one object a line, so that what changed in it is easy to see. */
export function snapshotText({ major, owners, privileges, needs: withNeeds, notChecked, objects }: Snapshot): string {
  const head = { format: FORMAT, major, owners, privileges, ...(withNeeds ? { needs: true } : {}), notChecked };
  const lines = objects.map(({ type, identity, properties, needs }: SchemaObject) =>
    JSON.stringify({ type, identity, properties, needs }),
  );
  const body = lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`;
  return `${JSON.stringify(head).slice(0, -1)},"objects":[${body}]}\n`;
}

/** The newest format of the text. */
export const SNAPSHOT_FORMAT = FORMAT;
