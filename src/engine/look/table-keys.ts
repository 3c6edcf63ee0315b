import { foreignKeyIn, primaryKeyIn } from '../../catalog/key-columns.ts';
import { objectName } from '../../catalog/object-name.ts';
import type { SchemaObject } from '../../catalog/snapshot.ts';
import { sizeKey } from './relation-sizes.ts';
import type { SchemaNow } from './schema-reader.ts';

/** A table with the columns that its keys are made of. */
export interface KeyedTable {
  readonly name: string;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly columns: readonly KeyColumn[];
  /** How many columns are in no key. */
  readonly others: number;
}

export interface KeyColumn {
  readonly name: string;
  readonly type: string;
  readonly isPrimary: boolean;
  readonly isForeign: boolean;
  readonly notNull: boolean;
}

export interface TableReference {
  readonly constraint: string;
  /** Tables, as people write them. */
  readonly from: string;
  readonly to: string;
  readonly columns: readonly string[];
  readonly referred: readonly string[];
  readonly definition: string;
}

/** What an entity-relationship picture is drawn of. */
export interface TableKeys {
  readonly database: string;
  readonly state: string;
  readonly readAt: string;
  readonly tables: readonly KeyedTable[];
  readonly references: readonly TableReference[];
}

/** Tables and the foreign keys between them. Partitions are drawn as their table, whose keys they have. */
export function tableKeys(now: SchemaNow): TableKeys {
  const { outline, database, state, readAt } = now;
  const tables = outline.heads.filter(
    ({ type, properties }) => type === 'table' && properties['partition of'] === undefined,
  );
  return {
    database,
    state,
    readAt,
    tables: tables.map((table) => keyedTable(table, now)),
    references: tables.flatMap((table) => referencesOf(table, now)),
  };
}

function keyedTable(table: SchemaObject, { outline, sizes }: SchemaNow): KeyedTable {
  const members = outline.membersOf(table);
  const definitions = members.filter(({ type }) => type === 'constraint').map(definitionOf);
  const primary = new Set(definitions.flatMap(primaryKeyIn));
  const foreign = new Set(definitions.flatMap((definition) => foreignKeyIn(definition)?.columns ?? []));
  const columns = members.filter(({ type }) => type === 'column');
  const inKeys = columns.filter(({ identity }) => primary.has(identity.at(-1)!) || foreign.has(identity.at(-1)!));
  const size = sizes.get(sizeKey(table.identity));
  return {
    name: objectName(table),
    rows: size?.rows ?? null,
    bytes: size?.bytes ?? null,
    columns: inKeys.map(({ identity, properties }) => ({
      name: identity.at(-1)!,
      type: String(properties.type),
      isPrimary: primary.has(identity.at(-1)!),
      isForeign: foreign.has(identity.at(-1)!),
      notNull: properties['not null'] === true,
    })),
    others: columns.length - inKeys.length,
  };
}

function referencesOf(table: SchemaObject, { outline }: SchemaNow): TableReference[] {
  return outline.membersOf(table).flatMap((member) => {
    const key = member.type === 'constraint' ? foreignKeyIn(definitionOf(member)) : undefined;
    if (!key) return [];
    return {
      constraint: member.identity.at(-1)!,
      from: objectName(table),
      to: objectName({ type: 'table', identity: key.table }),
      columns: key.columns,
      referred: key.referred,
      definition: definitionOf(member),
    };
  });
}

function definitionOf({ properties }: SchemaObject): string {
  return String(properties.definition ?? '');
}
