import type { Migration } from '../../migration/migration.ts';
import { statementKind } from '../../sql/kinds.ts';
import { splitScript } from '../../sql/splitter.ts';
import type { Finding } from '../finding.ts';

/** What CONCURRENTLY needs is the same on all of them. */
const ANY_VERSION = 180_000;

/**
 * Those of the fixes that would take a file's atomicity: what they put in its place cannot run in a transaction, and the file has
 * other statements, which are applied all or none now. None where every statement becomes one of these.
 */
export function splitsTransaction(migration: Migration, fixes: readonly Finding[]): readonly Finding[] {
  if (migration.headers.transaction === 'none') return [];
  const outside = fixes.filter(({ fix }) => fix?.steps[0]?.sql.some((sql) => !isTransactional(sql)));
  const replaced = new Set(outside.map(({ span }) => span?.start));
  const isLeft = migration.statements.some(({ offset, sql }) => !replaced.has(offset) && isTransactional(sql));
  return isLeft ? outside : [];
}

function isTransactional(sql: string): boolean {
  for (const item of splitScript(sql, () => {})) {
    if (item.kind === 'statement' && !statementKind(sql, item.words, ANY_VERSION).transactional) return false;
  }
  return true;
}
