import type { QualifiedName } from '../sql/token-reader.ts';
import type { Known } from './known.ts';
import { LayeredMap } from './layered-map.ts';
import type { Statistics } from './statistics.ts';
import type {
  KnownDomain,
  KnownEnum,
  KnownFunction,
  KnownIndex,
  KnownTable,
  KnownUserType,
  RelationName,
} from './table.ts';
import { type Usage, usageOf } from './usage.ts';

export interface SchemaState {
  /** Schemas of the search_path, without pg_catalog and "$user". */
  readonly path: readonly string[];
  /** Something in the schema of temporary objects was made: without it, nobody has to look there first. */
  readonly temporary: boolean;
  readonly tables: LayeredMap<KnownTable>;
  /** The table of an index. */
  readonly indexes: LayeredMap<RelationName>;
  readonly types: LayeredMap<KnownUserType>;
  readonly functions: LayeredMap<readonly KnownFunction[]>;
  /** Keys of those that refer to a relation by a foreign key, read it or belong to it; some may do so no longer. */
  readonly users: LayeredMap<ReadonlySet<string>>;
  /** Of a server that is in use; undefined: nobody was asked. */
  readonly evidence?: Statistics | undefined;
}

export const NO_STATE: SchemaState = {
  path: ['public'],
  temporary: false,
  tables: new LayeredMap(),
  indexes: new LayeredMap(),
  types: new LayeredMap(),
  functions: new LayeredMap(),
  users: new LayeredMap(),
};

/** By schema, then by name; begun anew when it holds so many. */
const keys = new Map<string, Map<string, string>>();
let kept = 0;
const KEPT_MAX = 100_000;

/**
 * No name holds a NUL. The same name is asked for dozens of times for each statement, and a string that is put together is
 * hashed anew each time: so each is put together once.
 */
export function keyOf({ schema, name }: RelationName): string {
  return keyIn(schema, name);
}

function keyIn(schema: string, name: string): string {
  return keys.get(schema)?.get(name) ?? keepKey(schema, name);
}

function keepKey(schema: string, name: string): string {
  if (++kept > KEPT_MAX) {
    keys.clear();
    kept = 1;
  }
  const ofSchema = keys.get(schema) ?? new Map<string, string>();
  const key = `${schema}\0${name}`;
  keys.set(schema, ofSchema.set(name, key));
  return key;
}

export function sameName(a: RelationName, b: RelationName): boolean {
  return a.name === b.name && a.schema === b.schema;
}

type Name = QualifiedName | RelationName | undefined;

/**
 * What is known of a schema, as a value: it never changes, and can be kept for as long as one likes. `learn` makes the next one,
 * which shares what has not changed.
 */
export class KnownSchema implements Known {
  protected state: SchemaState;

  constructor(state: SchemaState = NO_STATE) {
    this.state = state;
  }

  get defaultSchema(): string {
    return this.state.path[0] ?? 'public';
  }

  /** For who makes the next one. */
  get contents(): SchemaState {
    return this.state;
  }

  resolve(name: QualifiedName): RelationName {
    if (isFull(name)) return name;
    const { tables, indexes } = this.state;
    return this.#find(name, (key) => tables.has(key) || indexes.has(key));
  }

  table(name: Name): KnownTable | undefined {
    if (!name) return undefined;
    return isFull(name) ? this.state.tables.get(keyOf(name)) : this.#tableInPath(name.name);
  }

  /** As `resolve` finds it. It is asked for more than anything else, so each key is looked up once. */
  #tableInPath(name: string): KnownTable | undefined {
    const { tables, indexes, temporary, path } = this.state;
    const hidden = temporary ? keyIn(TEMPORARY, name) : undefined;
    if (hidden !== undefined && (tables.has(hidden) || indexes.has(hidden))) return tables.get(hidden);
    for (const schema of path) {
      const key = keyIn(schema, name);
      const table = tables.get(key);
      if (table || indexes.has(key)) return table;
    }
    return path.length === 0 ? tables.get(keyIn(this.defaultSchema, name)) : undefined;
  }

  index(name: Name): { readonly table: KnownTable; readonly index: KnownIndex } | undefined {
    if (!name) return undefined;
    const full = this.resolve(name);
    const table = this.table(this.state.indexes.get(keyOf(full)));
    const index = table?.indexes.get(full.name);
    return table && index && { table, index };
  }

  enum(name: Name): KnownEnum | undefined {
    const type = this.userType(name);
    return type?.kind === 'enum' ? type : undefined;
  }

  domain(name: Name): KnownDomain | undefined {
    const type = this.userType(name);
    return type?.kind === 'domain' ? type : undefined;
  }

  userType(name: Name): KnownUserType | undefined {
    return name && this.state.types.get(keyOf(this.resolveType(name)));
  }

  /** As `resolve`, for types. */
  resolveType(name: QualifiedName): RelationName {
    if (isFull(name)) return name;
    const { types, tables } = this.state;
    return this.#find(name, (key) => types.has(key) || tables.has(key));
  }

  functions(name: QualifiedName | undefined): readonly KnownFunction[] {
    if (!name) return [];
    const { functions } = this.state;
    const full = isFull(name) ? name : this.#find(name, (key) => functions.has(key));
    return functions.get(keyOf(full)) ?? [];
  }

  tables(): Iterable<KnownTable> {
    return this.state.tables.values();
  }

  referencing(name: RelationName): { readonly table: KnownTable; readonly constraint: string }[] {
    const found: { table: KnownTable; constraint: string }[] = [];
    for (const table of this.#usersOf(name))
      for (const { references, name: constraint } of table.constraints.values())
        if (references && sameName(references.table, name)) found.push({ table, constraint });
    return found;
  }

  sequencesOf(name: RelationName): readonly KnownTable[] {
    const users = this.#usersOf(name);
    return users.length === 0 ? users : users.filter(({ ownedBy }) => ownedBy && sameName(ownedBy.table, name));
  }

  dependents(name: RelationName): RelationName[] {
    const found: RelationName[] = [];
    for (const view of this.#usersOf(name)) if (view.reads.some((one) => sameName(one, name))) found.push(view.name);
    return found;
  }

  /** See Known. What the files have made is not in use. */
  usage(name: RelationName, column?: string): readonly Usage[] | undefined {
    const { evidence } = this.state;
    if (!evidence) return undefined;
    const table = this.table(name);
    if (table?.made) return [];
    const former = column === undefined ? undefined : (table?.columns.get(column)?.formerly ?? column);
    return usageOf(evidence, table?.formerly ?? name, former)?.filter(
      ({ of }) => of === undefined || this.#isThere(of),
    );
  }

  /** What it was in the statistics may be gone by now. */
  #isThere(name: RelationName): boolean {
    return this.state.tables.has(keyOf(name)) || this.state.functions.has(keyOf(name));
  }

  #usersOf(name: RelationName): readonly KnownTable[] {
    const keys = this.state.users.get(keyOf(name));
    if (!keys) return NOBODY;
    const users: KnownTable[] = [];
    for (const key of keys) {
      const user = this.state.tables.get(key);
      if (user) users.push(user);
    }
    return users;
  }

  /** Temporary tables come first, wherever they stand in the search_path. */
  #find({ name }: QualifiedName, isThere: (key: string) => boolean): RelationName {
    if (this.state.temporary && isThere(keyIn(TEMPORARY, name))) return { schema: TEMPORARY, name };
    for (const schema of this.state.path) if (isThere(keyIn(schema, name))) return { schema, name };
    return { schema: this.defaultSchema, name };
  }
}

function isFull(name: QualifiedName): name is RelationName {
  return name.schema !== undefined;
}

const NOBODY: readonly KnownTable[] = [];

/** The schema of temporary tables, as SQL may name it. */
export const TEMPORARY = 'pg_temp';
