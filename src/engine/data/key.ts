import type { BatchKey } from '../../batch/key.ts';
import { keyText } from '../../batch/key.ts';
import { locate, locateInHeader } from '../../migration/locate.ts';
import type { Row } from '../../postgres/row.ts';
import type { Location } from '../../problem/problem.ts';
import { Problem } from '../../problem/problem.ts';
import { nearest } from '../../report/nearest.ts';
import { displayIdentifier, quoteIdentifier, quoteQualified } from '../../sql/quote.ts';
import { isDatabaseError } from '../failure.ts';
import type { DataTable, DataWork } from './data-run.ts';
import { inTransaction, type Lane } from './lane.ts';

type Asking = Pick<Lane, 'engine' | 'control' | 'session' | 'lockTimeoutMs'>;

/**
 * Finds the table of a data migration and the key by which it is cut. Problem `data-key`, at its place in the header, where there
 * is no such table or column, or the key is not unique, not ordered, may be null or has no index.
 */
export async function resolveTable(asking: Asking, work: DataWork): Promise<DataTable> {
  const { table } = work.target;
  const name = table.schema === undefined ? quoteIdentifier(table.name) : quoteQualified(table.schema, table.name);
  const [row] = await inTransaction(asking, [{ sql: TABLE, params: [name], rows: true }]);
  if (!row) throw unknownTable(work);
  if (row.kind !== 'r' && row.kind !== 'p') throw noTable(work, row);
  const found = {
    oid: row.oid ?? '',
    name: quoteQualified(row.schema ?? '', row.name ?? ''),
    shown: displayTable(row),
    rows: row.rows === null || Number(row.rows) < 0 ? undefined : Number(row.rows),
  };
  const [columns, indexes] = [await readColumns(asking, found.oid), await readIndexes(asking, found.oid)];
  const key = await chooseKey(
    { asking, work, table: found, columns, indexes },
    row.kind === 'p' || row.has_children === 't',
  );
  return { ...found, key };
}

const TABLE = `SELECT c.oid, c.relkind AS kind, n.nspname AS schema, c.relname AS name,
  CASE WHEN c.relkind = 'p' THEN (SELECT pg_catalog.sum(l.reltuples) FROM pg_catalog.pg_partition_tree(c.oid) AS p
    JOIN pg_catalog.pg_class AS l ON l.oid = p.relid WHERE p.isleaf) ELSE c.reltuples END::bigint AS rows,
  EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = c.oid) AS has_children
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = pg_catalog.to_regclass($1)`;

function displayTable({ schema, name }: Row): string {
  const plain = displayIdentifier(name ?? '');
  return schema === 'public' ? plain : `${displayIdentifier(schema ?? '')}.${plain}`;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
}

async function readColumns(asking: Asking, oid: string): Promise<ReadonlyMap<string, Column>> {
  const sql = `SELECT a.attname AS name, a.attnotnull AS not_null,
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname) AS type
FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;
  const rows = await inTransaction(asking, [{ sql, params: [oid], rows: true }]);
  return new Map(
    rows.map((row) => [row.name ?? '', { name: row.name ?? '', type: row.type ?? '', notNull: row.not_null === 't' }]),
  );
}

interface Index {
  readonly columns: readonly string[];
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
}

/** Those that a search by order can use: B-trees over whole columns, of which all run in one direction. */
async function readIndexes(asking: Asking, oid: string): Promise<readonly Index[]> {
  const sql = `SELECT i.indisunique AS is_unique, i.indisprimary AS is_primary, (SELECT pg_catalog.json_agg(a.attname ORDER BY k.place)
    FROM ROWS FROM (pg_catalog.unnest(i.indkey::smallint[])) WITH ORDINALITY AS k(number, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts) AS columns
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
WHERE i.indrelid = $1::oid AND m.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND (SELECT pg_catalog.count(DISTINCT o.option & 1) = 1 FROM pg_catalog.unnest(i.indoption::smallint[]) AS o(option))
ORDER BY i.indisprimary DESC, i.indexrelid`;
  const rows = await inTransaction(asking, [{ sql, params: [oid], rows: true }]);
  return rows.map((row) => ({
    columns: JSON.parse(row.columns ?? '[]') as string[],
    isUnique: row.is_unique === 't',
    isPrimary: row.is_primary === 't',
  }));
}

interface Choice {
  readonly asking: Asking;
  readonly work: DataWork;
  readonly table: Pick<DataTable, 'name' | 'shown'>;
  readonly columns: ReadonlyMap<string, Column>;
  readonly indexes: readonly Index[];
}

async function chooseKey(choice: Choice, isDivided: boolean): Promise<BatchKey> {
  const { work, indexes, columns } = choice;
  const { key } = work.target;
  if (typeof key === 'object') return checkNamed(choice, key);
  const primary = key === 'primary' ? indexes.find(({ isPrimary }) => isPrimary) : undefined;
  if (primary) return ofColumns(columns, primary.columns);
  return byPlace(choice, isDivided);
}

function ofColumns(columns: ReadonlyMap<string, Column>, names: readonly string[]): BatchKey {
  return { kind: 'columns', columns: names.map((name) => ({ name, type: columns.get(name)?.type ?? '' })) };
}

/** Rows move when they are changed: only a condition tells which of them are done. */
function byPlace({ work, table, indexes }: Choice, isDivided: boolean): BatchKey {
  const unique = indexes.find(({ isUnique }) => isUnique)?.columns;
  const next = [
    unique
      ? `Name a key: -- Batch: ${table.shown} by ${unique.map(displayIdentifier).join(', ')}`
      : 'Give it a primary key, or name another unique key.',
    ...(isDivided ? [] : ['Or say which rows are still to be done, so that none is done twice: -- Where: CONDITION']),
  ];
  if (isDivided)
    throw problem(work, `${table.shown} has no primary key, and its partitions no place of rows in common`, { next });
  if (work.where === undefined && work.direction === 'up')
    throw problem(work, `${table.shown} has no primary key, and nothing tells which of its rows are done`, { next });
  return { kind: 'ctid' };
}

async function checkNamed(choice: Choice, names: readonly string[]): Promise<BatchKey> {
  const { work, table, columns, indexes } = choice;
  for (const name of names) if (!columns.has(name)) throw unknownColumn(choice, name);
  const key = ofColumns(columns, names);
  await refuseUnordered(choice, key, names);
  const nullable = names.find((name) => columns.get(name)?.notNull === false);
  if (nullable !== undefined) throw mayBeNull(choice, nullable);
  const leading = indexes.filter(({ columns: own }) => names.every((name, i) => own[i] === name));
  const listed = names.map(displayIdentifier).join(', ');
  if (leading.length === 0) {
    throw problem(work, `no index of ${table.shown} begins with ${listed}: each batch would read the whole table`, {
      next: [`Create one in a migration before: CREATE UNIQUE INDEX CONCURRENTLY ON ${table.shown} (${listed});`],
    });
  }
  const isUnique = indexes.some((one) => one.isUnique && one.columns.every((name) => names.includes(name)));
  if (isUnique) return key;
  const others = indexes.filter((one) => one.isUnique).map((one) => one.columns.map(displayIdentifier).join(', '));
  throw problem(
    work,
    `${keyText(key)} is not unique in ${table.shown}: rows with one key would all be in one batch, however many`,
    {
      ...(others.length > 0 ? { expected: `a unique key: ${others.join('; ')}` } : {}),
      next: [`Add columns that make it unique: -- Batch: ${table.shown} by ${listed}, ...`],
    },
  );
}

async function refuseUnordered(
  { asking, work, table }: Choice,
  key: BatchKey,
  names: readonly string[],
): Promise<void> {
  const listed = names.map(quoteIdentifier).join(', ');
  try {
    await inTransaction(asking, [{ sql: `SELECT 1 FROM ${table.name} ORDER BY ${listed} LIMIT 0` }]);
  } catch (error) {
    if (!isDatabaseError(error) || error.code !== '42883') throw error;
    throw problem(work, `${keyText(key)} of ${table.shown} has no order: ${error.message}`, {
      expected: 'a key whose columns can be sorted, such as numbers, texts, times and UUIDs',
    });
  }
}

function unknownTable(work: DataWork): Problem {
  const { table } = work.target;
  const name = [table.schema, table.name]
    .filter((part) => part !== undefined)
    .map(displayIdentifier)
    .join('.');
  return problem(work, `there is no table ${name} to go through`, {
    next: ['Write the name as it is in the database, with its schema where that is not on the search_path.'],
  });
}

function noTable(work: DataWork, row: Row): Problem {
  const kinds: Readonly<Record<string, string>> = {
    v: 'a view',
    m: 'a materialized view',
    f: 'a foreign table',
    S: 'a sequence',
  };
  return problem(work, `${displayTable(row)} is no table`, {
    found: kinds[row.kind ?? ''] ?? `a relation of kind ${row.kind}`,
    expected: 'a table or a partitioned table, whose key the batches go through',
  });
}

function unknownColumn({ work, table, columns }: Choice, name: string): Problem {
  const meant = nearest(name, [...columns.keys()]);
  return problem(work, `${table.shown} has no column ${displayIdentifier(name)}`, {
    ...(meant ? { next: [`Did you mean ${displayIdentifier(meant)}?`] } : { expected: [...columns.keys()].join(', ') }),
    word: name,
  });
}

function mayBeNull({ work, table }: Choice, name: string): Problem {
  const column = displayIdentifier(name);
  return problem(work, `${column} of ${table.shown} may be null: rows without a key would never be met`, {
    next: [
      `Choose a key that is never null, or make it so before: ALTER TABLE ${table.shown} ALTER COLUMN ${column} SET NOT NULL;`,
    ],
    word: name,
  });
}

function problem(
  work: DataWork,
  message: string,
  { word, ...fields }: { found?: string; expected?: string; next?: readonly string[]; word?: string },
): Problem {
  return new Problem('data-key', `${work.version}: ${message}`, {
    version: work.version,
    where: placeOf(work, word),
    ...fields,
    state: 'Nothing was run.',
  });
}

/** Where the file says which table it goes through, or another word of that header. */
export function placeOf({ migration, statements, target }: DataWork, word = target.table.name): Location {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const inHeader = migration.headers.data.Batch === undefined ? undefined : locateInHeader(migration, 'Batch', escaped);
  if (inHeader?.line !== undefined) return inHeader;
  const [first] = statements;
  return first ? locate(migration, first, 0) : { file: migration.file };
}
