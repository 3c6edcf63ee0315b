import type { Destruction } from '../../backup/destruction.ts';
import type { KeptColumn, KeptKind } from '../../backup/kept.ts';
import { isLossless } from '../../backup/lossless.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { underOwnPath } from './own-path.ts';
import {
  describe,
  type Gone,
  goneWith,
  type Relation,
  type RelationColumn,
  referringTables,
  resolve,
  type Start,
} from './relations.ts';

/** What is to be copied of one relation before a statement runs. */
export interface Taking {
  readonly kind: KeptKind;
  readonly relation: Relation;
  readonly columns: readonly KeptColumn[];
  /** Behind FROM, with the alias `t`. */
  readonly from: string;
  /** A row may come more than once; then it has its place as `@tableoid` and `@ctid`. */
  readonly distinct: boolean;
  /** `from` holds SQL of the file, which means what it means under the file's search_path. */
  readonly ofFile: boolean;
  /** The statement locks the whole relation against everybody, so it is locked before it is copied. */
  readonly exclusive: boolean;
}

/**
 * What a statement takes, by the catalog as it is now; in the order in which it is kept. The name is read under the
 * search_path of the file, all else under our own.
 */
export async function takingsOf(session: Session, destruction: Destruction): Promise<Taking[]> {
  if (destruction.kind === 'unforeseen') return [];
  const start = destruction.kind === 'drop' ? CATALOG_OF[destruction.of] : 'pg_class';
  const oid = await resolve(session, start, destruction.kind === 'drop' ? destruction.name : destruction.table);
  return oid === undefined ? [] : underOwnPath(session, () => takingsFrom(session, destruction, oid));
}

async function takingsFrom(session: Session, destruction: Foreseen, oid: string): Promise<Taking[]> {
  if (destruction.kind === 'drop') {
    return goneTakings(session, await goneWith(session, CATALOG_OF[destruction.of], oid, destruction));
  }
  if (destruction.kind === 'column') {
    return goneTakings(session, await goneWith(session, 'pg_class', oid, destruction));
  }
  const [relation] = await describe(session, [oid]);
  if (!relation) return [];
  if (destruction.kind === 'retype') return retyped(relation, destruction);
  return destruction.kind === 'truncate' ? truncated(session, relation, destruction) : touched(relation, destruction);
}

type Foreseen = Exclude<Destruction, { kind: 'unforeseen' }>;

const CATALOG_OF: Readonly<Record<'relation' | 'schema' | 'type' | 'extension', Start>> = {
  relation: 'pg_class',
  schema: 'pg_namespace',
  type: 'pg_type',
  extension: 'pg_extension',
};

async function goneTakings(session: Session, gone: readonly Gone[]): Promise<Taking[]> {
  const oids = [...new Set(gone.map(({ oid }) => oid))];
  const relations = await describe(session, oids);
  return relations.flatMap((relation) => {
    const columns = gone.filter(({ oid }) => oid === relation.oid).map(({ column }) => column);
    return columns.includes(null)
      ? whole(relation)
      : values(
          'column',
          relation,
          columns.filter((one) => one !== null),
        );
  });
}

function whole(relation: Relation): Taking[] {
  const { kind, columns, populated } = relation;
  if (kind === 'm' && !populated) return [];
  const only = kind === 'r' ? 'ONLY ' : '';
  const from = `${only}${nameOf(relation)} AS t`;
  const kept: KeptKind = kind === 'm' ? 'view' : 'table';
  return [{ kind: kept, relation, columns, from, distinct: false, ofFile: false, exclusive: kind !== 'm' }];
}

function values(kind: KeptKind, relation: Relation, names: readonly string[]): Taking[] {
  const columns = relation.columns.filter(({ name }) => names.includes(name));
  if (columns.length === 0) return [];
  return [
    { kind, relation, columns, from: `${nameOf(relation)} AS t`, distinct: false, ofFile: false, exclusive: true },
  ];
}

function retyped(relation: Relation, destruction: Destruction & { kind: 'retype' }): Taking[] {
  const column = relation.columns.find(({ name }) => name === destruction.column);
  if (!column || isLossless(column.typeName, column.modifier, destruction)) return [];
  return values('retyped', relation, [column.name]);
}

async function truncated(
  session: Session,
  relation: Relation,
  { only, cascade }: Destruction & { kind: 'truncate' },
): Promise<Taking[]> {
  const along = cascade ? await describe(session, await referringTables(session, relation.oid)) : [];
  return [relation, ...along].map((one): Taking => {
    const from = `${only && one === relation ? 'ONLY ' : ''}${nameOf(one)} AS t`;
    return {
      kind: 'truncated',
      relation: one,
      columns: one.columns,
      from,
      distinct: false,
      ofFile: false,
      exclusive: true,
    };
  });
}

function touched(relation: Relation, destruction: Destruction & { kind: 'delete' | 'update' }): Taking[] {
  const { kind, table, others } = destruction;
  const columns = kind === 'delete' ? relation.columns : updatedColumns(relation, destruction.columns);
  if (columns.length === 0) return [];
  return [
    {
      kind: kind === 'delete' ? 'deleted' : 'updated',
      relation,
      columns,
      from: `(${touchedSql(destruction, table)}) AS t`,
      distinct: others !== '',
      ofFile: true,
      exclusive: false,
    },
  ];
}

function updatedColumns(
  { columns, key, updateTriggers }: Relation,
  changed: readonly string[],
): readonly RelationColumn[] {
  return columns.filter(({ name }) => changed.includes(name) || (updateTriggers && !key.includes(name)));
}

/** The rows that it will touch, locked as it will lock them: nobody changes them until it has run. */
function touchedSql(rows: Destruction & { kind: 'delete' | 'update' }, table: QualifiedName): string {
  const alias = quoteIdentifier(rows.alias ?? table.name);
  const place = `${alias}.tableoid AS "@tableoid", ${alias}.ctid AS "@ctid"`;
  return [
    rows.withClause,
    `SELECT ${alias}.*, ${place} FROM ${rows.target}${rows.others === '' ? '' : `, ${rows.others}`}`,
    rows.condition === '' ? '' : `WHERE ${rows.condition}`,
    `FOR UPDATE OF ${alias}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

export function nameOf({ schema, name }: Pick<Relation, 'schema' | 'name'>): string {
  return quoteQualified(schema, name);
}
