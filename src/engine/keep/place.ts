import { holdsRows, type Kept, type KeptColumn } from '../../backup/kept.ts';
import type { Session } from '../../postgres/session.ts';
import { describe, type Relation, relationNamed } from './relations.ts';

/** Where kept data belongs, as the catalog is now. */
export interface Placed {
  readonly kept: Kept;
  /** The same under the names of now, with the columns that are there. */
  readonly now: Kept;
  /** Every column of it is there, and of the type that it had. */
  readonly complete: boolean;
}

/**
 * Finds the table again: by its OID where it has lived on, whatever it is called now, else by the name under which it was kept,
 * or the one before the migration. `events`: the OID of the table of events, which tells whether OIDs still mean the
 * same. Undefined where the table or its key is not there, or no column of it.
 */
export async function placeOf(session: Session, kept: Kept, events: string): Promise<Placed | undefined> {
  const relation = await relationOf(session, kept, events);
  if (!relation) return undefined;
  const find = columnFinder(relation, kept, events);
  const columns = kept.columns.flatMap((one) => within(one, find(one.name)) ?? []);
  const key = kept.key.flatMap((one) => within(one, find(one.name), false) ?? []);
  const rest = kept.rest.flatMap((name) => find(name)?.name ?? []);
  const isTold =
    key.length === kept.key.length && (holdsRows(kept) || key.length > 0 || rest.length === kept.rest.length);
  if (columns.length === 0 || !isTold) return undefined;
  // A type of people may be another one of the same name: its attributes, its labels.
  const isSame = (one: KeptColumn, i: number) =>
    kept.kind !== 'retyped' || (one.type === kept.columns[i]?.type && !kept.columns[i].asText);
  const complete = columns.length === kept.columns.length && columns.every(isSame);
  const { schema, name: table } = relation;
  const sequences = kept.sequences.map((one) => ({
    ...one,
    column: one.column && (find(one.column)?.name ?? one.column),
  }));
  return { kept, complete, now: { ...kept, schema, table, columns, key, rest, sequences } };
}

async function relationOf(session: Session, kept: Kept, events: string): Promise<Relation | undefined> {
  const { origin, schema, table } = kept;
  const [lived] = origin?.events === events ? await describe(session, [origin.oid]) : [];
  const named = lived ?? (await relationNamed(session, { schema, name: table }));
  return named ?? (origin && relationNamed(session, { schema: origin.schema, name: origin.table }));
}

type FindColumn = (name: string) => Relation['columns'][number] | undefined;

/** By its number where it has lived on; a new one by its name, or the one that it had before the migration. */
function columnFinder(relation: Relation, { origin }: Kept, events: string): FindColumn {
  const named = (name: string | undefined) => relation.columns.find((one) => one.name === name);
  if (!origin || origin.events !== events || origin.oid !== relation.oid)
    return (name) => named(name) ?? named(origin?.columns[name]?.was);
  const known = new Set(Object.values(origin.columns).map(({ attnum }) => attnum));
  const isNew = (one: Relation['columns'][number] | undefined) => (one && !known.has(one.attnum) ? one : undefined);
  return (name) => {
    const { attnum, was } = origin.columns[name] ?? {};
    const lived = relation.columns.find((one) => one.attnum === attnum);
    return lived ?? isNew(named(name)) ?? isNew(named(was));
  };
}

/** `values`: it is written to, and read as the type that it has now: the one that it had may be gone. */
function within(
  one: KeptColumn,
  found: Relation['columns'][number] | undefined,
  values = true,
): KeptColumn | undefined {
  if (!found) return undefined;
  const now = found.name === one.name ? {} : { now: found.name };
  const cast = values ? { type: found.type, asText: one.asText || found.type !== one.type } : {};
  return { ...one, ...cast, ...now };
}
