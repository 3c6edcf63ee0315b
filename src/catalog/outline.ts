import { objectName } from './object-name.ts';
import { parentTypes, rankOf } from './object-types.ts';
import { compareIdentity, keyOf, POSITION, type SchemaObject, type Snapshot } from './snapshot.ts';

/** An object that stands on another, and which parts of it do: the foreign keys of a table. */
export interface Link {
  readonly one: SchemaObject;
  /** Empty where it does so itself. */
  readonly by: readonly SchemaObject[];
}

/** A schema as people look through it: objects that stand by themselves, and what belongs to each. */
export class Outline {
  /** By kind, then by name. */
  readonly heads: readonly SchemaObject[];
  readonly #members: ReadonlyMap<string, readonly SchemaObject[]>;
  readonly #byKey: ReadonlyMap<string, SchemaObject>;
  readonly #byName: ReadonlyMap<string, SchemaObject>;
  readonly #byOwner: ReadonlyMap<string, SchemaObject>;
  #needs: ReadonlyMap<SchemaObject, readonly SchemaObject[]> | undefined;
  #dependents: ReadonlyMap<SchemaObject, readonly Link[]> | undefined;

  constructor({ objects }: Snapshot) {
    this.heads = objects.filter(({ type }) => !parentTypes(type));
    this.#byKey = new Map(objects.map((one) => [keyOf(one), one]));
    this.#byName = new Map(this.heads.map((one) => [nameKey(one.type, objectName(one)), one]));
    this.#byOwner = new Map(this.heads.filter(hasMembers).map((one) => [ownerKey(one.identity), one]));
    this.#members = membersIn(objects);
  }

  /** The one of that kind with that name, as people write it. */
  find(type: string, name: string): SchemaObject | undefined {
    return this.#byName.get(nameKey(type, name));
  }

  /** Columns by position, all else by kind and name. */
  membersOf(head: SchemaObject): readonly SchemaObject[] {
    return hasMembers(head) ? (this.#members.get(ownerKey(head.identity)) ?? []) : [];
  }

  /** The object that stands by itself, to which it belongs. */
  headOf(one: SchemaObject): SchemaObject | undefined {
    return parentTypes(one.type) ? this.#byOwner.get(ownerKey(one.identity.slice(0, -1))) : one;
  }

  /** On what it stands, itself or by what belongs to it. */
  needsOf(head: SchemaObject): readonly SchemaObject[] {
    return this.#links().needs.get(head) ?? [];
  }

  /** What stands on it, or on what belongs to it. */
  dependentsOf(head: SchemaObject): readonly Link[] {
    return this.#links().dependents.get(head) ?? [];
  }

  #links() {
    this.#needs ??= this.#gatherNeeds();
    this.#dependents ??= this.#gatherDependents();
    return { needs: this.#needs, dependents: this.#dependents };
  }

  #gatherNeeds(): Map<SchemaObject, SchemaObject[]> {
    return new Map(
      this.heads.map((head) => {
        const found = new Set([head, ...this.membersOf(head)].flatMap((one) => this.#neededHeads(one)));
        found.delete(head);
        return [head, inOrder([...found])];
      }),
    );
  }

  #gatherDependents(): Map<SchemaObject, Link[]> {
    const found = new Map<SchemaObject, Map<SchemaObject, SchemaObject[]>>();
    for (const one of this.#byKey.values()) {
      const head = this.headOf(one);
      for (const needed of head ? this.#neededHeads(one) : []) {
        if (needed === head) continue;
        const links = found.get(needed) ?? new Map<SchemaObject, SchemaObject[]>();
        links.set(head!, [...(links.get(head!) ?? []), ...(one === head ? [] : [one])]);
        found.set(needed, links);
      }
    }
    return new Map(
      [...found].map(([needed, links]) => [
        needed,
        inOrder([...links.keys()]).map((one) => ({ one, by: links.get(one)! })),
      ]),
    );
  }

  #neededHeads({ needs = [] }: SchemaObject): SchemaObject[] {
    const found = needs.flatMap(([, type, ...identity]) => {
      const one = this.#byKey.get(keyOf({ type, identity }));
      return (one && this.headOf(one)) ?? [];
    });
    return [...new Set(found)];
  }
}

const nameKey = (type: string, name: string) => JSON.stringify([type, name]);
/** Relations, domains and composite types of one schema have different names. */
const ownerKey = (identity: readonly string[]) => JSON.stringify(identity);

function hasMembers({ type }: SchemaObject): boolean {
  return ['table', 'foreign table', 'view', 'materialized view', 'domain', 'composite type'].includes(type);
}

function membersIn(objects: readonly SchemaObject[]): Map<string, SchemaObject[]> {
  const members = new Map<string, SchemaObject[]>();
  for (const one of objects) {
    if (!parentTypes(one.type)) continue;
    const key = ownerKey(one.identity.slice(0, -1));
    const list = members.get(key);
    if (list) list.push(one);
    else members.set(key, [one]);
  }
  for (const list of members.values())
    list.sort((a, b) => rankOf(a.type) - rankOf(b.type) || positionOf(a) - positionOf(b));
  return members;
}

function positionOf({ properties }: SchemaObject): number {
  return Number(properties[POSITION] ?? 0);
}

function inOrder(objects: SchemaObject[]): SchemaObject[] {
  return objects.sort((a, b) => rankOf(a.type) - rankOf(b.type) || compareIdentity(a.identity, b.identity));
}
