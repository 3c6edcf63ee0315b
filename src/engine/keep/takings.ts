import type { Destruction } from '../../backup/destruction.ts';
import type { KeptKind } from '../../backup/kept.ts';
import { isLossless } from '../../backup/lossless.ts';
import type { Session } from '../../postgres/session.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { attributeTakings } from './attributes.ts';
import { underOwnPath } from './own-path.ts';
import {
  describe,
  type Gone,
  goneWith,
  type Relation,
  referringTables,
  relationNamed,
  resolve,
  type Start,
} from './relations.ts';
import { nameOf, type Taking, updatedColumns } from './taking.ts';
import { upserted } from './upserted.ts';

/**
 * What a statement takes, by the catalog as it is now; in the order in which it is kept. The name is read under the
 * search_path of the file, all else under our own.
 */
export async function takingsOf(session: Session, destruction: Destruction): Promise<Taking[]> {
  if (destruction.kind === 'unforeseen' || destruction.kind === 'call') return [];
  const [start, name] = startOf(destruction);
  const oid = await resolve(session, start, name);
  if (oid === undefined) return [];
  const takings = await underOwnPath(session, () => takingsFrom(session, destruction, oid));
  return destruction.block === undefined ? takings : takings.map(inBlock);
}

function inBlock(taking: Taking): Taking {
  return { ...taking, inBlock: true, ...(taking.ofFile ? { superset: true, byTag: false } : {}) };
}

async function takingsFrom(session: Session, destruction: Foreseen, oid: string): Promise<Taking[]> {
  if (destruction.kind === 'drop') {
    return goneTakings(session, await goneWith(session, CATALOG_OF[destruction.of], oid, destruction));
  }
  if (destruction.kind === 'attribute') return attributeTakings(session, oid, destruction.attribute);
  if (destruction.kind === 'column') {
    return goneTakings(session, await goneWith(session, 'pg_class', oid, destruction));
  }
  const [relation] = await describe(session, [oid]);
  if (!relation) return [];
  if (destruction.kind === 'identity') return sequenceOf(session, relation, destruction.column);
  if (destruction.kind === 'retype') return retyped(relation, destruction);
  return destruction.kind === 'truncate'
    ? truncated(session, relation, destruction)
    : rowTakings(session, relation, destruction);
}

/** Of a statement of rows, whose table is known. */
export async function rowTakings(
  session: Session,
  relation: Relation,
  destruction: Extract<Destruction, { kind: 'delete' | 'update' | 'upsert' }>,
): Promise<Taking[]> {
  return destruction.kind === 'upsert' ? upserted(session, relation, destruction) : touched(relation, destruction);
}

function startOf(destruction: Foreseen): readonly [Start, QualifiedName] {
  if (destruction.kind === 'drop') return [CATALOG_OF[destruction.of], destruction.name];
  return destruction.kind === 'attribute' ? ['pg_type', destruction.type] : ['pg_class', destruction.table];
}

type Foreseen = Exclude<Destruction, { kind: 'unforeseen' | 'call' }>;

const CATALOG_OF: Readonly<Record<DroppedKind, Start>> = {
  relation: 'pg_class',
  schema: 'pg_namespace',
  type: 'pg_type',
  extension: 'pg_extension',
  owned: 'pg_authid',
};

type DroppedKind = Extract<Destruction, { kind: 'drop' }>['of'];

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

/** The one that goes with the identity of a column. */
async function sequenceOf(session: Session, { sequences }: Relation, column: string): Promise<Taking[]> {
  const own = sequences.find((one) => one.column === column);
  const found = own && (await relationNamed(session, own));
  return found ? whole(found) : [];
}

function whole(relation: Relation): Taking[] {
  const { kind, columns, populated } = relation;
  if (kind === 'm' && !populated) return [];
  const only = kind === 'r' ? 'ONLY ' : '';
  const from = `${only}${nameOf(relation)} AS t`;
  const locked = kind === 'r' || kind === 'p';
  return [
    {
      kind: WHOLE[kind] ?? 'table',
      relation,
      columns: kind === 'S' ? stateOf(relation) : columns,
      from,
      distinct: false,
      ofFile: false,
      exclusive: locked,
    },
  ];
}

const WHOLE: Readonly<Record<string, KeptKind>> = { m: 'view', S: 'sequence' };

/** Of the columns of a sequence those that setval sets. */
function stateOf({ columns }: Relation): Relation['columns'] {
  return columns.filter(({ name }) => name !== 'log_cnt');
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
      superset: destruction.superset ?? false,
      byTag: !destruction.superset,
      exclusive: false,
    },
  ];
}

/** The rows that it will touch, locked as it will lock them: nobody changes them until it has run. */
function touchedSql(rows: Destruction & { kind: 'delete' | 'update' }, table: QualifiedName): string {
  const alias = quoteIdentifier(rows.alias ?? table.name);
  const place = `${alias}.tableoid AS "@tableoid", ${alias}.ctid AS "@ctid"`;
  return [
    rows.withClause,
    `SELECT ${alias}.*, ${place} FROM ${rows.target}${rows.others === '' ? '' : `, ${rows.others}`}`,
    rows.condition === '' ? '' : `WHERE ${rows.condition}`,
    // An UPDATE that changes no key lets others refer to its rows meanwhile.
    `FOR ${rows.kind === 'update' ? 'NO KEY ' : ''}UPDATE OF ${alias}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}
