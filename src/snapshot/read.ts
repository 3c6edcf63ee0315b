import { BACKUP_SCHEMA } from '../backup/kept.ts';
import { canonicalProperties, canonicalProperty, canonicalSnapshot, type RawValue } from '../catalog/canonical.ts';
import type { ObjectType } from '../catalog/object-types.ts';
import {
  compareText,
  keyOf,
  type NotChecked,
  POSITION,
  type SchemaObject,
  type Snapshot,
  type Value,
} from '../catalog/snapshot.ts';
import { OWN_NAMES } from '../ledger/layout/own-objects.ts';
import type { DatabaseError } from '../postgres/database-error.ts';
import type { Batch, BatchItem } from '../postgres/pipeline.ts';
import type { Session } from '../postgres/session.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { type Address, addressIn, type Dependencies, type ObjectsByAddress, withNeeds } from './needs.ts';
import { partsOf, type SnapshotOptions, settings } from './options.ts';
import { type Part, type PartQuery, partQuery } from './part.ts';
import { maskSecrets } from './secrets.ts';

/** The major versions whose catalogs this version of the tool knows whole. */
export const SNAPSHOT_MAJORS = { oldest: 12, newest: 18 } as const;

/**
 * Reads the schema in one REPEATABLE READ, READ ONLY transaction; all queries are written to the server at once. Of a large
 * schema a second session reads a part meanwhile, in the same exported snapshot; where none is to be had, one reads all. What the
 * role may not read is in `notChecked`. Throws the driver's DatabaseError. The sessions are to be ended afterwards.
 */
export async function readSnapshot(
  session: Session,
  options: SnapshotOptions,
  openSecond: () => Promise<Session | undefined> = () => Promise.resolve(undefined),
): Promise<Snapshot> {
  const { major, owners, privileges, needs = false } = options;
  const parts = partsOf(options).map((part) => ({ part, query: queryOf(part, options) }));
  const exported = await begin(session, options);
  const second = exported.large ? await joined(exported.id, openSecond, options) : undefined;
  const answers = await askBoth(session, second, parts, options);
  const notChecked = answers.flatMap(({ asked }) => gapsOf(asked, answers));
  return canonicalSnapshot({
    major,
    owners,
    privileges,
    ...(needs ? { needs } : {}),
    notChecked,
    objects: merged(answers),
  });
}

/** No schema has an empty name. */
function queryOf(part: Part, options: SnapshotOptions): PartQuery {
  const query = partQuery(part, options.major, options);
  return options.everything ? { ...query, sql: query.sql.replaceAll(`'${BACKUP_SCHEMA}'`, "''") } : query;
}

/** Opens the transaction; says the name of its snapshot, and whether there is so much that two sessions are faster. */
async function begin(session: Session, options: SnapshotOptions): Promise<{ id: string; large: boolean }> {
  const { snapshot } = options;
  const join = snapshot === undefined ? [] : [{ sql: `SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot)}` }];
  const batch = await session.batch([
    [{ sql: BEGIN }, ...join, ...settings(options), { sql: EXPORT, params: [String(LARGE_BYTES)], rows: true }],
  ]);
  const row = batch.results[0]?.at(-1)?.rows[0];
  return { id: row?.id ?? '', large: row?.large === 't' };
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY';
const EXPORT = `SELECT pg_export_snapshot() AS id, pg_relation_size('pg_attribute') > $1::bigint AS large`;
/** Of the columns' catalog: some 100 tables. A new database has half a megabyte. */
const LARGE_BYTES = 1024 * 1024;

/** A second session in the snapshot that the first has exported; undefined where the server has no room for it. */
async function joined(
  id: string,
  openSecond: () => Promise<Session | undefined>,
  options: SnapshotOptions,
): Promise<Session | undefined> {
  const second = await openSecond().catch(() => undefined);
  const join = { sql: `SET TRANSACTION SNAPSHOT ${quoteLiteral(id)}` };
  const batch = await second?.runBatch([[{ sql: BEGIN }, join, ...settings(options)]]);
  return batch?.failure ? undefined : second;
}

/** What takes the server as long as all the rest: definitions that it writes out. */
const FOR_THE_SECOND: ReadonlySet<ObjectType> = new Set(['index', 'constraint', 'view']);

async function askBoth(
  session: Session,
  second: Session | undefined,
  parts: readonly Asked[],
  options: SnapshotOptions,
): Promise<Answer[]> {
  if (!second) return askAll(session, parts, options);
  const isForSecond = ({ part }: Asked) => FOR_THE_SECOND.has(part.type);
  const both = await Promise.allSettled([
    askAll(
      session,
      parts.filter((one) => !isForSecond(one)),
      options,
    ),
    askAll(second, parts.filter(isForSecond), options),
  ]);
  return both.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

interface Asked {
  readonly part: Part;
  readonly query: PartQuery;
}

interface Answer {
  /** With `denied`, what the server said instead of an answer. */
  readonly asked: Asked & { readonly denied?: string; readonly hidden?: number };
  readonly objects: readonly SchemaObject[];
  readonly addresses: ReadonlyMap<Address, SchemaObject>;
  readonly dependencies?: Dependencies;
}

type Decoded = Pick<Answer, 'objects' | 'addresses' | 'dependencies'>;
const NOTHING: Decoded = { objects: [], addresses: new Map() };

/**
 * Each query stands behind a savepoint, so that one that is denied ends nothing but itself: the queries behind it are asked
 * again, in the same transaction.
 */
async function askAll(session: Session, parts: readonly Asked[], options: SnapshotOptions): Promise<Answer[]> {
  const answers: Answer[] = [];
  let before: BatchItem[] = [];
  while (answers.length < parts.length) {
    const left = parts.slice(answers.length);
    const asked = left.map((one, i) => [...segmentOf(one, options), ...(i === left.length - 1 ? [COMMIT] : [])]);
    const decoded: Decoded[] = [];
    const batch = await session.runBatch([before, ...asked], {
      // Each answer is read while the server works on the next.
      onItem: (segment, item, { rows }) => {
        if (segment > 0 && item === 1) decoded[segment] = objectsOf(left[segment - 1]!, rows[0]?.objects ?? '[]');
      },
    });
    const failed = batch.failure ? batch.failure.segment - 1 : left.length;
    if (batch.failure && failed < 0) throw batch.failure.error;
    left.slice(0, failed).forEach((one, i) => {
      answers.push({ asked: { ...one, hidden: hiddenIn(one, batch, i + 1) }, ...(decoded[i + 1] ?? NOTHING) });
    });
    if (batch.failure) answers.push(deniedAnswer(left[failed]!, batch.failure.error));
    before = [{ sql: 'ROLLBACK TO SAVEPOINT taskflow_part' }];
  }
  if (session.transactionStatus !== 'I') await session.query('ROLLBACK');
  return answers;
}

/** In the last segment: the failure of one before leaves it out. */
const COMMIT: BatchItem = { sql: 'COMMIT' };

function segmentOf({ part, query }: Asked, { trackingSchema, everything }: SnapshotOptions): BatchItem[] {
  const params = query.sql.includes('$1') ? [everything ? '' : trackingSchema, OWN_NAMES.source] : [];
  return [
    { sql: 'SAVEPOINT taskflow_part' },
    { sql: query.sql, params, rows: true },
    ...(part.hides ? [{ sql: part.hides.sql, rows: true }] : []),
    { sql: 'RELEASE SAVEPOINT taskflow_part' },
  ];
}

function hiddenIn({ part }: Asked, batch: Batch, segment: number): number {
  return part.hides ? Number(batch.results[segment]?.[2]?.rows[0]?.hidden ?? 0) : 0;
}

const DENIED = '42501';

function deniedAnswer(asked: Asked, error: DatabaseError): Answer {
  if (error.code !== DENIED) throw error;
  return { asked: { ...asked, denied: error.message }, ...NOTHING };
}

/** `json`: `[[names], address, property, ...]` for each object. */
function objectsOf({ part, query }: Asked, json: string): Decoded {
  if (part.dependencies !== undefined) return { ...NOTHING, dependencies: JSON.parse(json) as Dependencies };
  const rows = JSON.parse(json) as [string[], RawAddress, ...RawValue[]][];
  const propertiesOf = propertyReader(query);
  const addresses = new Map<Address, SchemaObject>();
  const read = rows.map(([identity, address, ...values]) => {
    const one = { type: part.type, identity, properties: propertiesOf(values) };
    if (address !== null) addresses.set(numberOf(address), one);
    return one;
  });
  rank(read);
  return { objects: read, addresses };
}

function numberOf(address: NonNullable<RawAddress>): Address {
  const [oid, column] = Array.isArray(address) ? (address as readonly (string | number)[]) : [address, 0];
  return addressIn(Number(oid), Number(column));
}

type RawAddress = string | number | readonly (string | number)[] | null;

function propertyReader({ properties, rare }: PartQuery): (values: readonly RawValue[]) => Record<string, Value> {
  const count = properties.length;
  const order = [...properties, ...rare]
    .map((property, at) => ({ ...property, at }))
    .sort((a, b) => compareText(a.name, b.name));
  return (values) => {
    const others = (values[count] ?? []) as readonly RawValue[];
    const read: Record<string, Value> = {};
    for (const { name, masked, at } of order) {
      const value = (at < count ? values[at] : others[at - count]) ?? null;
      const kept = canonicalProperty(name, masked === undefined ? value : maskSecrets(masked, value));
      if (kept !== undefined) read[name] = kept;
    }
    return read;
  };
}

/** The numbers of columns have gaps where one was dropped: a position is the place among those that are left. */
function rank(objects: readonly { identity: readonly string[]; properties: Record<string, Value> }[]): void {
  if (objects[0]?.properties[POSITION] === undefined) return;
  const position = ({ properties }: (typeof objects)[number]) => Number(properties[POSITION]);
  const counts = new Map<string, number>();
  for (const one of [...objects].sort((a, b) => position(a) - position(b))) {
    const parent = one.identity.slice(0, -1).join('\0');
    const place = (counts.get(parent) ?? 0) + 1;
    counts.set(parent, place);
    one.properties[POSITION] = place;
  }
}

function gapsOf(asked: Answer['asked'], all: readonly Answer[]): NotChecked[] {
  const { part, query, denied, hidden = 0 } = asked;
  const gap = (reason: string, property?: string): NotChecked => ({
    type: part.type,
    reason,
    ...(property === undefined ? {} : { property }),
  });
  if (hidden > 0 && part.hides) return [gap(`permission denied for ${hidden} of them`, part.hides.property)];
  if (denied === undefined) return [];
  if (!part.more) return [gap(denied)];
  const any = all.some(({ asked: other, objects }) => other.part.type === part.type && objects.length > 0);
  return any ? query.properties.map(({ name }) => gap(denied, name)) : [];
}

/** What a second part says of an object is put to what the first said, then what each needs. */
function merged(read: readonly Answer[]): SchemaObject[] {
  const first = read.filter(({ asked }) => !asked.part.more);
  const more = read.filter(({ asked }) => asked.part.more);
  const { dependencies } = more.find((one) => one.dependencies) ?? {};
  const all = first.flatMap((one) => one.objects);
  const objects = dependencies ? withNeeds(all, byAddress(first), dependencies) : all;
  const byKey = new Map(more.flatMap((one) => one.objects.map((o) => [keyOf(o), o])));
  if (byKey.size === 0) return objects;
  return objects.map((one) => ({
    ...one,
    properties: canonicalProperties({ ...one.properties, ...byKey.get(keyOf(one))?.properties }),
  }));
}

/** By the catalog that each part reads. */
function byAddress(answers: readonly Answer[]): ObjectsByAddress {
  const found: ObjectsByAddress = new Map();
  for (const { asked, addresses } of answers) {
    const catalog = asked.part.comment?.catalog;
    if (catalog !== undefined && addresses.size > 0) found.set(catalog, [...(found.get(catalog) ?? []), addresses]);
  }
  return found;
}
