import type { Row } from '../../../postgres/row.ts';
import { quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { QualifiedName } from '../../../sql/token-reader.ts';
import { type Ask, done, type Facts, halfDone, notDone, type Probe } from './probe.ts';

/**
 * REINDEX CONCURRENTLY builds each index anew under a name of its own and swaps the two; one that was cut off leaves an
 * INVALID index that ends in _ccnew (the new one) or _ccold (the one that was replaced), to be dropped (manual, REINDEX,
 * "Rebuilding Indexes Concurrently"). A rebuilt index has another oid; a table, schema or database is gone through again.
 */
export function reindexProbe(target: 'INDEX' | 'TABLE' | 'ALL', name: QualifiedName | undefined): Probe {
  return {
    before: async (ask) => ({
      oid: target === 'INDEX' && name ? await oidOf(ask, name) : null,
      leftovers: (await leftovers(ask)).map((index) => index.oid),
    }),
    outcome: async (ask, before) => {
      const rebuilt = await isRebuilt(ask, target, name, before);
      const left = (await leftovers(ask)).filter((index) => !isListed(index, before)).map((index) => index.name ?? '');
      if (left.length > 0) {
        const because = `it left the invalid ${left.length === 1 ? 'index' : 'indexes'} ${left.join(', ')}`;
        const half = halfDone(
          because,
          left.map((index) => `DROP INDEX CONCURRENTLY IF EXISTS ${index}`),
        );
        return rebuilt ? { ...half, completes: true } : half;
      }
      return rebuilt ? done('the index has been replaced by a new one') : notDone('nothing of it is left behind');
    },
  };
}

async function isRebuilt(
  ask: Ask,
  target: 'INDEX' | 'TABLE' | 'ALL',
  name: QualifiedName | undefined,
  before: Facts,
): Promise<boolean> {
  if (target !== 'INDEX' || !name || before.oid === null) return false;
  const [row] = await ask(
    `SELECT i.indexrelid AS oid FROM pg_catalog.pg_index AS i
WHERE i.indexrelid = pg_catalog.to_regclass($1)::oid AND i.indisvalid`,
    [qualified(name)],
  );
  return row !== undefined && row.oid !== before.oid;
}

function isListed({ oid }: Row, { leftovers: listed }: Facts): boolean {
  return Array.isArray(listed) && listed.includes(oid);
}

async function oidOf(ask: Ask, name: QualifiedName): Promise<string | null> {
  const [row] = await ask('SELECT pg_catalog.to_regclass($1)::oid AS oid', [qualified(name)]);
  return row?.oid ?? null;
}

function qualified({ schema, name }: QualifiedName): string {
  return schema === undefined ? quoteIdentifier(name) : quoteQualified(schema, name);
}

/** Those of the database that nobody is at: a build holds SHARE UPDATE EXCLUSIVE on its index. */
function leftovers(ask: Ask): Promise<Row[]> {
  return ask(`SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relname::text ~ '_cc(new|old)[0-9]*$' AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'relation' AND l.relation = c.oid AND l.granted
    AND l.mode IN ('ShareUpdateExclusiveLock', 'AccessExclusiveLock')
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
ORDER BY c.oid`);
}
