import { objectName } from '../../catalog/object-name.ts';
import { type ObjectType, RELATIONS, WITHOUT_SCHEMA } from '../../catalog/object-types.ts';
import type { NotChecked, SchemaObject } from '../../catalog/snapshot.ts';
import { sizeKey } from './relation-sizes.ts';
import type { SchemaNow } from './schema-reader.ts';

/** What of a schema is asked for; '' for all. */
export interface SchemaFilter {
  /** Words that all have to be in the name or comment, or in one name of what belongs to the object. */
  readonly text: string;
  readonly schema: string;
  readonly type: string;
}

/** One object that stands by itself. */
export interface ListedObject {
  readonly type: ObjectType;
  /** As people write it, with its schema. */
  readonly name: string;
  readonly comment: string | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  /** Of what belongs to it, what holds the words: `column email`. */
  readonly matches: readonly { readonly type: ObjectType; readonly name: string }[];
}

export interface SchemaList {
  readonly database: string;
  readonly state: string;
  readonly readAt: string;
  readonly schemas: readonly { readonly name: string; readonly objects: number }[];
  /** How many there are of each kind in the schemas and with the words that are asked for. */
  readonly types: readonly { readonly type: ObjectType; readonly objects: number }[];
  readonly objects: readonly ListedObject[];
  /** What this role may not read. */
  readonly notChecked: readonly NotChecked[];
}

/** The schema as a list: tables and views first, then the other kinds, each by name. */
export function schemaList(now: SchemaNow, filter: SchemaFilter): SchemaList {
  const { outline, schema, database, state, readAt } = now;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const own = outline.heads.filter((one) => !isOfColumn(one));
  const isRelation = ({ type }: SchemaObject) => RELATIONS.includes(type);
  const all = [...own.filter(isRelation), ...own.filter((one) => !isRelation(one))];
  const inSchema = all.filter((one) => filter.schema === '' || schemaOf(one) === filter.schema);
  const found = inSchema.flatMap((one) => listed(now, one, words) ?? []);
  return {
    database,
    state,
    readAt,
    schemas: counted(all.flatMap((one) => schemaOf(one) ?? [])).map(([name, objects]) => ({ name, objects })),
    types: counted(found.map(({ type }) => type)).map(([type, objects]) => ({ type, objects })),
    objects: found.filter(({ type }) => filter.type === '' || type === filter.type),
    notChecked: schema.notChecked,
  };
}

/** The counter of an identity column comes and goes with that. */
function isOfColumn({ properties }: SchemaObject): boolean {
  return properties['of an identity column'] === true;
}

function listed({ outline, sizes }: SchemaNow, one: SchemaObject, words: readonly string[]): ListedObject | undefined {
  const { type, identity, properties } = one;
  const name = objectName(one);
  const comment = typeof properties.comment === 'string' ? properties.comment : null;
  const members =
    words.length === 0 ? [] : outline.membersOf(one).filter((member) => holds(member.identity.at(-1)!, words));
  if (!holds(`${name} ${comment ?? ''}`, words) && members.length === 0) return undefined;
  const size = sizes.get(sizeKey(identity));
  return {
    type,
    name,
    comment,
    rows: size?.rows ?? null,
    bytes: size?.bytes ?? null,
    matches: members.map((member) => ({ type: member.type, name: member.identity.at(-1)! })),
  };
}

function holds(text: string, words: readonly string[]): boolean {
  const all = text.toLowerCase();
  return words.every((word) => all.includes(word));
}

function schemaOf({ type, identity }: SchemaObject): string | undefined {
  return WITHOUT_SCHEMA.has(type) ? undefined : identity[0];
}

/** In the order in which they are first met. */
function counted<Name extends string>(names: readonly Name[]): [Name, number][] {
  const counts = new Map<Name, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts];
}
