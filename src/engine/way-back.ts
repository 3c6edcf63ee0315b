import type { Migration } from '../migration/migration.ts';
import { parseMigration } from '../migration/parse.ts';
import type { MigrationStatus } from '../plan/reconcile.ts';
import { Problem } from '../problem/problem.ts';
import type { Control } from './control.ts';
import { keptOf } from './keep/find-kept.ts';
import { storedFileOf } from './stored-file.ts';

/**
 * The migration whose ROLLBACK section undoes this one: the file's while it is there (its body is what was applied, which
 * planning has checked), else what was stored when it was applied. Throws where there is no way back.
 */
export async function wayBack(control: Control, status: MigrationStatus): Promise<Migration> {
  const source = status.file ? status.file.load() : await stored(control, status);
  if (source.rollback.kind === 'sql' || (await isKept(control, source))) return source;
  const irreversible = source.rollback.kind === 'irreversible';
  const why = source.rollback.kind === 'irreversible' ? source.rollback.reason : 'it has no ROLLBACK section';
  throw new Problem('irreversible', `${status.version} cannot be undone: ${why}`, {
    version: status.version,
    where: { file: source.file },
    state: 'Nothing was run.',
    next: irreversible
      ? ['Undo what it did with a new migration.']
      : ['Add a ROLLBACK section to its file (that changes no checksum of its body), or write a new migration.'],
  });
}

/** A data migration without a ROLLBACK section, of which all that it has changed was kept. */
async function isKept(control: Control, { version, data, rollback }: Migration): Promise<boolean> {
  if (!data || rollback.kind !== 'none') return false;
  const { kept, lost } = await keptOf(control, version);
  const all = [...kept, ...lost].filter(({ batches }) => batches);
  return all.length > 0 && all.every((one) => one.batches?.all && kept.includes(one));
}

async function stored(control: Control, status: MigrationStatus): Promise<Migration> {
  const [row] = await control.session.query(
    `SELECT rollback_sql, body_sql, file_name FROM ${control.names.migrations} WHERE version = $1`,
    [status.version],
  );
  const file = storedFileOf(status.version);
  if (row?.body_sql) return parseMigration({ file, stem: status.version, bytes: Buffer.from(row.body_sql) });
  if (row?.rollback_sql) return rollbackOnly(file, status.version, row.rollback_sql);
  throw new Problem('irreversible', `${status.version} cannot be undone: its file is gone and no rollback was stored`, {
    version: status.version,
    state: 'Nothing was run.',
    next: ['Put the file back, or undo what it did with a new migration.'],
  });
}

/** Older records hold the rollback alone: a file that has nothing else, with the same lines. */
function rollbackOnly(file: string, version: string, sql: string): Migration {
  const commented = sql.split('\n').map((line) => `-- ${line}`);
  const text = `SELECT 1;\n-- ROLLBACK:\n${commented.join('\n')}\n`;
  return parseMigration({ file, stem: version, bytes: Buffer.from(text) });
}
