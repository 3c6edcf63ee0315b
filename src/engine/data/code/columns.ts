import { locateInHeader } from '../../../migration/locate.ts';
import { Problem } from '../../../problem/problem.ts';
import { nearest } from '../../../report/nearest.ts';
import { displayIdentifier } from '../../../sql/quote.ts';
import type { DataTable, DataWork } from '../data-run.ts';
import { inTransaction, type Lane } from '../lane.ts';
import type { CodeColumns } from './code-rows.ts';
import { formOf } from './values.ts';

type Asking = Pick<Lane, 'engine' | 'control' | 'session' | 'lockTimeoutMs'>;

const COLUMNS = `SELECT a.attname AS name, t.typname AS base, t.typcategory AS category,
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname) AS type
FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

/** The columns by the catalogs. Problem `data-key` at the place in the header that names one that is not there, or without a key. */
export async function columnsFor(asking: Asking, work: DataWork, table: DataTable): Promise<CodeColumns> {
  const { code } = work.migration.data ?? {};
  if (table.key.kind === 'ctid' || !code) throw withoutKey(work, table);
  const rows = await inTransaction(asking, [{ sql: COLUMNS, params: [table.oid], rows: true }]);
  const there = new Map(
    rows.map(({ name, base, category, type }) => [
      name ?? '',
      { name: name ?? '', type: type ?? '', form: formOf(base ?? '', category ?? '') },
    ]),
  );
  const named = (header: string, names: readonly string[]) =>
    names.map((name) => there.get(name) ?? unknown(work, table, header, name, [...there.keys()]));
  const key = named(
    'Batch',
    table.key.columns.map(({ name }) => name),
  );
  const isKey = (name: string) => key.some((one) => one.name === name);
  const read = named('Columns', code.columns).filter(({ name }) => !isKey(name));
  return { key, read, written: named('Writes', code.writes) };
}

function unknown(work: DataWork, table: DataTable, header: string, name: string, there: readonly string[]): never {
  const meant = nearest(name, [...there]);
  throw new Problem('data-key', `${work.version}: ${table.shown} has no column ${displayIdentifier(name)}`, {
    version: work.version,
    where: locateInHeader(work.migration, header, name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
    ...(meant ? { next: [`Did you mean ${displayIdentifier(meant)}?`] } : { expected: there.join(', ') }),
    state: 'Nothing was run.',
  });
}

function withoutKey(work: DataWork, table: DataTable): Problem {
  return new Problem('data-key', `${work.version}: ${table.shown} has no primary key, and code needs one`, {
    version: work.version,
    where: { file: work.migration.file },
    expected: `a unique key by which the code's updates are told apart: // Batch: ${table.shown} by COLUMN`,
    state: 'Nothing was run.',
  });
}
