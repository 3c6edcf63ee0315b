/** What is known of a schema, from short descriptions; for tests of what recognises statements. */
import type { Known } from '../../src/known/known.ts';
import type { KnownColumn, KnownConstraint, KnownIndex, KnownTable, RelationName } from '../../src/known/table.ts';

const SCHEMA = 'public';

export function relation(name: string): RelationName {
  return { schema: SCHEMA, name };
}

interface Description {
  readonly kind?: KnownTable['kind'];
  /** `int4`, `varchar(50)`, `text[]`; with `!`: NOT NULL. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Columns of each index; the last word of a constraint's is `constraint`. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  readonly constraints?: Readonly<Record<string, Partial<KnownConstraint>>>;
  readonly partitionOf?: string;
  readonly isDefault?: boolean;
  readonly partitions?: readonly string[];
}

/** A table from a short description. */
export function knownTable(name: string, described: Description): KnownTable {
  const constraints = mapOf(described.constraints, constraintOf);
  return {
    name: relation(name),
    kind: described.kind ?? 'table',
    complete: true,
    columns: mapOf(described.columns, columnOf),
    constraints,
    indexes: mapOf(described.indexes, (index, columns) => indexOf(index, columns, constraints)),
    partitionOf: described.partitionOf ? relation(described.partitionOf) : undefined,
    isDefault: described.isDefault,
    partitions: (described.partitions ?? []).map(relation),
    rowSecurity: false,
    policies: [],
    inherits: [],
    children: [],
    reads: [],
    mentions: [],
  };
}

function mapOf<From, To>(from: Readonly<Record<string, From>> | undefined, make: (name: string, from: From) => To) {
  return new Map(Object.entries(from ?? {}).map(([name, one]) => [name, make(name, one)] as const));
}

export function columnOf(name: string, written: string): KnownColumn {
  const [, type = '', , modifiers, array] = /^([\w.]+)(\(([\d,]+)\))?(\[\])?!?$/.exec(written) ?? [];
  const modifiersOf = (/\(([\d,]+)\)/.exec(written)?.[1] ?? modifiers ?? '').split(',').filter(Boolean).map(Number);
  return {
    name,
    type: { name: type, modifiers: modifiersOf, array: array !== undefined },
    notNull: written.endsWith('!'),
  };
}

function constraintOf(name: string, given: Partial<KnownConstraint>): KnownConstraint {
  return { name, type: 'check', columns: [], validated: true, ...given };
}

function indexOf(
  name: string,
  columns: readonly string[],
  constraints: ReadonlyMap<string, KnownConstraint>,
): KnownIndex {
  return {
    name,
    columns,
    included: [],
    method: 'btree',
    unique: false,
    partial: false,
    valid: true,
    plain: true,
    mentions: [],
    constraint: constraints.has(name) ? name : undefined,
  };
}

/** Knowledge of those tables, and of domains and enum types by name. */
export function knownOf(
  tables: readonly KnownTable[],
  domains: Readonly<Record<string, { readonly type: string; readonly constrained: boolean }>> = {},
  enums: readonly string[] = [],
): Known {
  const byName = new Map(tables.map((table) => [table.name.name, table]));
  return {
    defaultSchema: SCHEMA,
    resolve: ({ schema, name }) => ({ schema: schema ?? SCHEMA, name }),
    table: (name) => (name && (name.schema ?? SCHEMA) === SCHEMA ? byName.get(name.name) : undefined),
    index: (name) => {
      const table = tables.find(({ indexes }) => name && indexes.has(name.name));
      const index = table?.indexes.get(name?.name ?? '');
      return table && index ? { table, index } : undefined;
    },
    enum: (name) =>
      name && enums.includes(name.name) ? { kind: 'enum', name: relation(name.name), labels: new Map() } : undefined,
    domain: (name) => {
      const found = name && domains[name.name];
      if (!found) return undefined;
      return {
        kind: 'domain',
        name: relation(name.name),
        base: { name: found.type, modifiers: [], array: false },
        notNull: found.constrained,
        constrained: found.constrained,
        constraints: new Map(),
      };
    },
    userType: () => undefined,
    functions: () => [],
    tables: () => tables,
    referencing: ({ name }) =>
      tables.flatMap((table) =>
        [...table.constraints.values()].flatMap((constraint) =>
          constraint.references?.table.name === name ? [{ table, constraint: constraint.name }] : [],
        ),
      ),
    dependents: () => [],
    usage: () => undefined,
  };
}
