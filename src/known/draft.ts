import type { QualifiedName } from '../sql/token-reader.ts';
import type { LayeredMap, OpenMap } from './layered-map.ts';
import { KnownSchema, keyOf, type SchemaState, sameName, TEMPORARY } from './schema.ts';
import type {
  KnownColumn,
  KnownConstraint,
  KnownFunction,
  KnownIndex,
  KnownTable,
  KnownUserType,
  RelationKind,
  RelationName,
} from './table.ts';

/** What a table has by name. */
type Part = 'columns' | 'constraints' | 'indexes';

/** What is known while one statement is learned: it can be changed, and keeps its indexes right. */
export class Draft extends KnownSchema {
  readonly #before: KnownSchema;
  /** Columns, constraints and indexes that nobody else holds: they are changed in place, and not copied for each. */
  readonly #own = new Set<KnownTable[Part]>();

  constructor(before: KnownSchema) {
    const { path, temporary, tables, indexes, types, functions, users, evidence } = before.contents;
    super({
      path,
      temporary,
      tables: tables.opened(),
      indexes: indexes.opened(),
      types: types.opened(),
      functions: functions.opened(),
      users: users.opened(),
      evidence,
    });
    this.#before = before;
  }

  /** What is known now; what was known before, where nothing has changed. */
  finished(): KnownSchema {
    const { contents } = this.#before;
    const now: SchemaState = {
      path: this.state.path,
      temporary: this.state.temporary,
      tables: closed(this.state.tables, contents.tables),
      indexes: closed(this.state.indexes, contents.indexes),
      types: closed(this.state.types, contents.types),
      functions: closed(this.state.functions, contents.functions),
      users: closed(this.state.users, contents.users),
      evidence: contents.evidence,
    };
    const isSame = (Object.keys(now) as (keyof SchemaState)[]).every((part) => now[part] === contents[part]);
    return isSame ? this.#before : new KnownSchema(now);
  }

  setPath(path: readonly string[]): void {
    this.state = { ...this.state, path };
  }

  putTable(table: KnownTable): void {
    this.#isIn(table.name);
    const key = keyOf(table.name);
    const old = this.state.tables.get(key);
    this.state.tables.with(key, table);
    if (old?.indexes !== table.indexes) this.#putIndexes(old, table);
    const { constraints, reads, ownedBy } = table;
    if (old?.constraints !== constraints || old.reads !== reads || old.ownedBy !== ownedBy) this.#putUses(key, table);
  }

  /** A table that nobody else holds. */
  putNewTable(table: KnownTable): void {
    this.#own.add(table.columns).add(table.constraints).add(table.indexes);
    this.putTable(table);
  }

  putColumn(table: RelationName, column: KnownColumn): void {
    this.#ownPart(table, 'columns').set(column.name, column);
  }

  putConstraint(table: RelationName, constraint: KnownConstraint): void {
    this.#ownPart(table, 'constraints').set(constraint.name, constraint);
    if (constraint.references) this.#putUse(constraint.references.table, keyOf(table));
  }

  putIndex(table: RelationName, index: KnownIndex): void {
    const { schema } = table;
    const own = this.#ownPart(table, 'indexes');
    if (!own.has(index.name)) this.state.indexes.with(keyOf({ schema, name: index.name }), table);
    own.set(index.name, index);
  }

  /** One that is not known is known in part from now on. */
  #ownPart(name: RelationName, part: Part): Map<string, unknown> {
    const now = this.table(name)?.[part];
    if (now && this.#own.has(now)) return now as Map<string, unknown>;
    const own = new Map<string, never>(now as ReadonlyMap<string, never> | undefined);
    this.#own.add(own);
    this.change(name, () => ({ [part]: own }));
    return own;
  }

  /** Changes a table; one that is not known is known in part from now on. */
  change(name: RelationName, change: (table: KnownTable) => Partial<KnownTable>): void {
    const table = this.table(name) ?? unknownTable(name);
    // Two spreads into one object make V8 keep it as a hash table, which is slow to make and to read (measured).
    this.putTable(Object.assign({ ...table }, change(table)));
  }

  /** Changes it if it is known. */
  changeKnown(name: RelationName | undefined, change: (table: KnownTable) => Partial<KnownTable>): void {
    if (this.table(name)) this.change(name!, change);
  }

  /** It alone: what depends on it is the caller's. */
  removeTable(name: RelationName): void {
    const table = this.table(name);
    if (!table) return;
    this.state.tables.without(keyOf(name));
    for (const index of table.indexes.keys()) this.#removeIndexKey({ schema: name.schema, name: index });
  }

  /** Gives a relation another name; all that speaks of it follows. */
  moveTable(from: RelationName, to: RelationName): void {
    const table = this.table(from);
    if (!table) return;
    this.removeTable(from);
    const users = this.state.users.get(keyOf(from));
    if (users) this.state.users.with(keyOf(to), users);
    this.putTable({ ...table, name: to, formerly: table.formerly ?? from });
    for (const other of this.#related(table, users)) this.change(other, (one) => withNameChanged(one, from, to));
  }

  putType(type: KnownUserType): void {
    this.#isIn(type.name);
    this.state.types.with(keyOf(type.name), type);
  }

  removeType(name: RelationName): void {
    this.state.types.without(keyOf(name));
  }

  /** All functions of a name. */
  putFunctions(name: RelationName, functions: readonly KnownFunction[]): void {
    this.#isIn(name);
    const { functions: map } = this.state;
    const key = keyOf(name);
    if (functions.length > 0) map.with(key, functions);
    else map.without(key);
  }

  /** Where a new object of that name is made. */
  newName({ schema, name }: QualifiedName): RelationName {
    return { schema: schema ?? this.defaultSchema, name };
  }

  /** Something is put there. */
  #isIn({ schema }: RelationName): void {
    if (schema === TEMPORARY && !this.state.temporary) this.state = { ...this.state, temporary: true };
  }

  #removeIndexKey(name: RelationName): void {
    this.state.indexes.without(keyOf(name));
  }

  #putIndexes(old: KnownTable | undefined, { name, indexes }: KnownTable): void {
    const { schema } = name;
    for (const index of old?.indexes.keys() ?? [])
      if (!indexes.has(index)) this.#removeIndexKey({ schema, name: index });
    for (const index of indexes.keys())
      if (!old?.indexes.has(index)) this.state.indexes.with(keyOf({ schema, name: index }), name);
  }

  #putUses(key: string, { constraints, reads, ownedBy }: KnownTable): void {
    for (const { references } of constraints.values()) if (references) this.#putUse(references.table, key);
    for (const read of reads) this.#putUse(read, key);
    if (ownedBy) this.#putUse(ownedBy.table, key);
  }

  #putUse(used: RelationName, user: string): void {
    const users = this.state.users.get(keyOf(used));
    if (users?.has(user)) return;
    this.state.users.with(keyOf(used), new Set(users).add(user));
  }

  /** Those in which its name may stand. */
  #related(table: KnownTable, users: ReadonlySet<string> = new Set()): RelationName[] {
    const own = [table.partitionOf, ...table.partitions, ...table.inherits, ...table.children].flatMap(
      (one) => one ?? [],
    );
    const using = [...users].flatMap((key) => this.state.tables.get(key) ?? []);
    return [...own, ...using.map(({ name }) => name)].filter((one) => this.table(one));
  }
}

/** Those of a draft are open. */
function closed<Value>(map: LayeredMap<Value>, before: LayeredMap<Value>): LayeredMap<Value> {
  return (map as OpenMap<Value>).closed(before);
}

export function emptyTable(name: RelationName, kind: RelationKind): KnownTable {
  return {
    name,
    kind,
    complete: true,
    columns: new Map(),
    constraints: new Map(),
    indexes: new Map(),
    partitions: [],
    inherits: [],
    children: [],
    reads: [],
    mentions: [],
    rowSecurity: false,
    policies: [],
  };
}

function unknownTable(name: RelationName): KnownTable {
  return { ...emptyTable(name, 'table'), complete: false };
}

function withNameChanged(table: KnownTable, from: RelationName, to: RelationName): Partial<KnownTable> {
  const renamed = (one: RelationName) => (sameName(one, from) ? to : one);
  return {
    partitionOf: table.partitionOf && renamed(table.partitionOf),
    partitions: table.partitions.map(renamed),
    inherits: table.inherits.map(renamed),
    children: table.children.map(renamed),
    reads: table.reads.map(renamed),
    ownedBy: table.ownedBy && { ...table.ownedBy, table: renamed(table.ownedBy.table) },
    constraints: new Map(
      [...table.constraints].map(([name, one]) => [
        name,
        one.references ? { ...one, references: { ...one.references, table: renamed(one.references.table) } } : one,
      ]),
    ),
  };
}
