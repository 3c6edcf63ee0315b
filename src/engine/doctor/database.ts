import type { Row } from '../../postgres/row.ts';
import { endPrepared } from '../../report/blocker.ts';
import type { Control } from '../control.ts';
import type { Finding } from '../finding.ts';
import { type Interrupted, interruptedVersions, wayOnOf } from './history.ts';

export async function transactionsLeftOpen({ session }: Control): Promise<Finding> {
  const name = 'long transactions';
  const [row] = await session.query(`SELECT count(*) AS amount, min(pid) AS pid,
  max(extract(epoch FROM pg_catalog.now() - xact_start))::integer AS seconds
FROM pg_catalog.pg_stat_activity WHERE xact_start < pg_catalog.now() - interval '1 minute' AND pid <> pg_catalog.pg_backend_pid()
  AND datname = pg_catalog.current_database()`);
  if (Number(row?.amount ?? 0) === 0) return { name, level: 'ok', found: 'none over a minute' };
  return {
    name,
    level: 'note',
    found: `${row?.amount}, the oldest ${row?.seconds} s, e.g. pid ${row?.pid}`,
    advice: 'DDL on the tables they use will wait or give up.',
  };
}

export async function preparedTransactions({ session, server }: Control): Promise<Finding> {
  const name = 'prepared transactions';
  const rows = await session.query(
    'SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = pg_catalog.current_database() ORDER BY prepared',
  );
  const [oldest] = rows;
  if (!oldest) return { name, level: 'ok', found: 'none' };
  return {
    name,
    level: 'note',
    found: rows.map((row) => row.gid).join(', '),
    advice: `They hold their locks until they are ended. ${endPrepared(oldest.gid ?? '', server.database)}`,
  };
}

/**
 * One that belongs to an interrupted version is that version's to mend. One that is being built is no finding, nor one of a
 * partitioned table, which is not valid until every partition has its own.
 */
export async function invalidIndexes(control: Control): Promise<Finding[]> {
  const name = 'invalid indexes';
  const rows = await control.session.query(INVALID_INDEXES);
  if (rows.length === 0) return [{ name, level: 'ok', found: 'none' }];
  const interrupted = await interruptedVersions(control);
  const owned = rows.map((row) => ({ row, owner: interrupted.find((one) => belongs(row, one)) }));
  return [...ownFindings(name, owned), ...strayFindings(name, owned)];
}

const INVALID_INDEXES = `SELECT i.indexrelid AS oid, i.indexrelid::pg_catalog.regclass::text AS name, c.relname AS index, n.nspname AS schema, t.relname AS table
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid JOIN pg_catalog.pg_class AS t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relkind = 'i'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = i.indexrelid)
ORDER BY 2 LIMIT 20`;

interface Owned {
  readonly row: Row;
  readonly owner: Interrupted | undefined;
}

function ownFindings(name: string, all: readonly Owned[]): Finding[] {
  return all.flatMap(({ row, owner }) => {
    if (!owner) return [];
    const found = `${row.name}, of the interrupted ${owner.entry.version}`;
    return [{ name, level: 'note', found, advice: `${wayOnOf(owner.entry)} sets it right; leave it as it is.` }];
  });
}

function strayFindings(name: string, all: readonly Owned[]): Finding[] {
  const strays = all.filter((one) => !one.owner).map((one) => one.row.name ?? '');
  if (strays.length === 0) return [];
  const halves = strays.filter((one) => /_cc(?:new|old)\d*"?$/.test(one));
  const [first] = strays.filter((one) => !halves.includes(one));
  const advice = [
    ...(first ? [`Build it anew: REINDEX INDEX CONCURRENTLY ${first}; or drop it.`] : []),
    ...(halves[0] ? [`What a REINDEX has left is dropped: DROP INDEX CONCURRENTLY ${halves[0]};`] : []),
  ];
  return [{ name, level: 'note', found: strays.join(', '), advice: advice.join(' ') }];
}

/** The step that was under way makes, drops or rebuilds it, and it was not there before. */
function belongs(row: Row, { steps: { underWay, firstFacts } }: Interrupted): boolean {
  const { target = '' } = underWay ?? {};
  const { indexes, leftovers } = firstFacts.get(target) ?? {};
  if ([indexes, leftovers].some((before) => Array.isArray(before) && before.includes(row.oid))) return false;
  if (target.startsWith('reindex ')) return /_cc(?:new|old)\d*$/.test(row.index ?? '');
  const tables = [row.table, `${row.schema}.${row.table}`];
  const made = tables.flatMap((table) =>
    [row.index, '(without a name)'].map((name) => `create index ${name} on ${table}`),
  );
  return [...made, `drop index ${row.index}`, `drop index ${row.schema}.${row.index}`].includes(target);
}
