import type { Row } from '../../../postgres/row.ts';
import type { QualifiedName } from '../../../sql/token-reader.ts';
import { type Ask, done, type Facts, halfDone, notDone, type Probe } from './probe.ts';
import { leftovers, qualified, type ReindexWork } from './reindex-leftovers.ts';

/**
 * REINDEX CONCURRENTLY builds each index anew under a name of its own and swaps the two; one that was cut off leaves an
 * INVALID index that ends in _ccnew (the new one) or _ccold (the one that was replaced), to be dropped (manual, REINDEX,
 * "Rebuilding Indexes Concurrently"). A rebuilt index has another oid; a table, schema or database is gone through again.
 * Ours are those of what the statement names that were not there before its first try and that nobody is at.
 */
export function reindexProbe(work: ReindexWork): Probe {
  const { name } = work;
  return {
    before: async (ask) => ({
      oid: work.target === 'INDEX' && name ? await oidOf(ask, name) : null,
      leftovers: (await leftovers(ask, work)).map((index) => index.oid),
    }),
    outcome: async (ask, before) => {
      const rebuilt = await isRebuilt(ask, work, before);
      const left = await ownLeftovers(ask, work, before);
      if (left.length === 0)
        return rebuilt ? done('the index has been replaced by a new one') : notDone('nothing of it is left behind');
      const half = halfDone(
        `it left the invalid ${left.length === 1 ? 'index' : 'indexes'} ${left.join(', ')}`,
        left.map((index) => `DROP INDEX CONCURRENTLY IF EXISTS ${index}`),
      );
      return rebuilt ? { ...half, completes: true } : half;
    },
  };
}

async function ownLeftovers(ask: Ask, work: ReindexWork, before: Facts): Promise<string[]> {
  const found = await leftovers(ask, work);
  return found.filter((index) => index.at_work !== 't' && !isListed(index, before)).map((index) => index.name ?? '');
}

async function isRebuilt(ask: Ask, { target, name }: ReindexWork, before: Facts): Promise<boolean> {
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
