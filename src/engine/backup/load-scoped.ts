import { BACKUP_SCHEMA } from '../../backup/kept.ts';
import { createEmptyStore } from '../../backup/kept-sql.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { inSession, loadTables } from './load-by-copy.ts';
import type { LoadInto } from './load-into.ts';
import type { OpenBackup } from './open-file.ts';

/** Loads kept data, each table as a rollback would make it. Throws as loadBackup. */
export async function loadScoped(backup: OpenBackup, into: LoadInto): Promise<void> {
  const { kept = [], tables } = backup.manifest;
  await inSession(into, async (session) => {
    const sqls = [`CREATE SCHEMA ${quoteIdentifier(BACKUP_SCHEMA)}`, ...kept.map((one) => createEmptyStore(one))];
    await session.batch([sqls.map((sql) => ({ sql }))]);
  });
  await loadTables(backup, into, tables);
}
