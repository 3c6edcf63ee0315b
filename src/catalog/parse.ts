import { Problem } from '../problem/problem.ts';
import { canonicalNeeds, canonicalProperties, canonicalSnapshot, SNAPSHOT_FORMAT } from './canonical.ts';
import { isObjectType } from './object-types.ts';
import { keyOf, type Need, type NotChecked, type SchemaObject, type Snapshot, type Value } from './snapshot.ts';

/** Reads what `snapshotText` wrote; Problem `snapshot-invalid` for anything else. `file`: its name in messages. */
export function parseSnapshot(text: string, file: string): Snapshot {
  const document = fields(parseJson(text, file), file, 'the file');
  checkFormat(document.format, file);
  const { major, owners, privileges, notChecked, objects } = document;
  if (!Number.isInteger(major)) throw invalid(file, '"major" is not a whole number');
  if (typeof owners !== 'boolean') throw invalid(file, '"owners" is not true or false');
  if (typeof privileges !== 'boolean') throw invalid(file, '"privileges" is not true or false');
  const read = list(objects, file, '"objects"').map((one, i) => objectOf(one, file, `object ${i + 1}`));
  refuseTwice(read, file);
  return canonicalSnapshot({
    major: major as number,
    owners,
    privileges,
    ...(document.needs === true ? { needs: true } : {}),
    notChecked: list(notChecked, file, '"notChecked"').map((one, i) => gapOf(one, file, `entry ${i + 1}`)),
    objects: read,
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function checkFormat(format: unknown, file: string): void {
  if (format === SNAPSHOT_FORMAT) return;
  const newer = typeof format === 'number' && format > SNAPSHOT_FORMAT;
  if (!newer) throw invalid(file, 'it says no "format" that is known');
  throw new Problem('snapshot-invalid', `${file} was saved by a newer taskflow-db (format ${format})`, {
    expected: `format ${SNAPSHOT_FORMAT}`,
    next: ['Use the newer version of taskflow-db.'],
  });
}

function objectOf(raw: unknown, file: string, what: string): SchemaObject {
  const { type, identity, properties, needs } = fields(raw, file, what);
  if (!isObjectType(type)) throw invalid(file, `${what} has a "type" that is not known`);
  const parts = list(identity, file, `"identity" of ${what}`);
  if (parts.length === 0 || !parts.every((part) => typeof part === 'string'))
    throw invalid(file, `"identity" of ${what} is not a list of names`);
  const entries = Object.entries(fields(properties, file, `"properties" of ${what}`));
  if (!entries.every(([, value]) => isValue(value))) throw invalid(file, `${what} has a property of no known form`);
  return {
    type,
    identity: parts as string[],
    properties: canonicalProperties(Object.fromEntries(entries) as Values),
    ...(needs === undefined ? {} : { needs: needsOf(list(needs, file, `"needs" of ${what}`), file, what) }),
  };
}

function needsOf(raw: readonly unknown[], file: string, what: string): readonly Need[] {
  if (!raw.every(isNeed)) throw invalid(file, `"needs" of ${what} has no known form`);
  return canonicalNeeds(raw);
}

function isNeed(raw: unknown): raw is Need {
  if (!Array.isArray(raw) || raw.length < 3 || !raw.every((part) => typeof part === 'string')) return false;
  return ['needs', 'default needs', 'falls with'].includes(raw[0] as string) && isObjectType(raw[1]);
}

type Values = Record<string, Value>;

function gapOf(raw: unknown, file: string, what: string): NotChecked {
  const { type, property, reason } = fields(raw, file, `${what} of "notChecked"`);
  if (!isObjectType(type) || typeof reason !== 'string')
    throw invalid(file, `${what} of "notChecked" has no known form`);
  return { type, reason, ...(typeof property === 'string' ? { property } : {}) };
}

function isValue(value: unknown): value is Value {
  if (Array.isArray(value)) return value.every(isValue);
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function fields(raw: unknown, file: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as Record<string, unknown>;
  throw invalid(file, `${what} is not an object`);
}

function list(raw: unknown, file: string, what: string): readonly unknown[] {
  if (Array.isArray(raw)) return raw;
  throw invalid(file, `${what} is not a list`);
}

function refuseTwice(objects: readonly SchemaObject[], file: string): void {
  const seen = new Set<string>();
  for (const one of objects) {
    const key = keyOf(one);
    if (seen.has(key)) throw invalid(file, `${key} stands in it twice`);
    seen.add(key);
  }
}

function invalid(file: string, why: string): Problem {
  return new Problem('snapshot-invalid', `${file} is no snapshot of a schema: ${why}`, {
    where: { file },
    expected: 'a file that taskflow-db diff --save has written',
  });
}
