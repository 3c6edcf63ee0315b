import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { laterName, renameToLater, takeInLater } from '../../backup/capture-sql.ts';
import { folderOfDatabase } from '../../backup/folder-name.ts';
import type { Kept } from '../../backup/kept.ts';
import { commentOnStore, createEmptyStore, storeName } from '../../backup/kept-sql.ts';
import { MANIFEST_FILE, RETURNED_FILE } from '../../backup/manifest.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { manifestIn } from '../backup/backup-files.ts';
import { openBackup } from '../backup/open-backup.ts';
import { type OpenBackup, openUnpacked } from '../backup/open-file.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { type KeptFile, type KeptOf, keptOf } from './find-kept.ts';
import { ensureSchema, isLoaded, LOADED } from './store.ts';

/** The files of kept data that a rollback needs: each is whole, and can be read. */
export interface OpenFiles {
  /** Makes the stores that are in them again, in the caller's transaction. */
  load(session: Session): Promise<void>;
  /** What is in them is back: they may go when others do. */
  returned(): void;
}

/**
 * Reads them once and compares their digests, before anything is touched. Problem `backup-unknown` where one is not there,
 * `backup-damaged`, `backup-key`; each says that `--no-data` does without.
 */
export async function openFiles(engine: Engine, control: Control, { kept, files }: KeptOf): Promise<OpenFiles> {
  const opened = new Map<string, OpenBackup>();
  const parts: Parts[] = [];
  const open = async (file: KeptFile) => {
    const backup = opened.get(file.id) ?? (await openOne(engine, folderOfFile(engine, control, file), file));
    opened.set(file.id, backup);
    return backup;
  };
  for (const one of kept) {
    const file = files.get(one.store);
    if (!file && (!one.base || (await isLoaded(control.session, one.store)))) continue;
    const base = one.base && (await open(one.base));
    const later = file && file.id !== one.base?.id ? await open(file) : undefined;
    parts.push({ kept: one, base, later, inStore: file === undefined });
  }
  return {
    load: async (session) => {
      for (const one of parts) await loadStore(session, one);
    },
    returned: () => {
      for (const { folder } of opened.values()) markReturned(folder, engine.run.runId);
    },
  };
}

/** Of a version that is rolled back without its data; what is returned says beside its files that no rollback puts them back any more. */
export async function leaveFiles(engine: Engine, control: Control, version: string): Promise<() => void> {
  const { kept, files } = await keptOf(control, version);
  const all = [...kept.flatMap(({ base }) => base ?? []), ...files.values()];
  const folders = new Set(all.map((file) => folderOfFile(engine, control, file)));
  return () => {
    for (const folder of folders) markReturned(folder, engine.run.runId);
  };
}

/** Where the rows of one store are. */
interface Parts {
  readonly kept: Kept;
  /** What was copied while the table was in use. */
  readonly base: OpenBackup | undefined;
  /** What was written later, or all of it where there is no base. */
  readonly later: OpenBackup | undefined;
  /** What was written later is still in the store itself. */
  readonly inStore: boolean;
}

/** Where the files of backups are now, else where it was written. */
export function folderOfFile(
  { settings }: Pick<Engine, 'settings'>,
  { server }: Pick<Control, 'server'>,
  { id, folder }: KeptFile,
): string {
  const here = join(settings.backup.folder, folderOfDatabase(server.database), id);
  return existsSync(join(here, MANIFEST_FILE)) ? here : folder;
}

async function openOne(engine: Engine, folder: string, file: KeptFile): Promise<OpenBackup> {
  try {
    const manifest = manifestIn(folder);
    const path = join(folder, MANIFEST_FILE);
    const found = createHash('sha256').update(readFileSync(path)).digest('hex');
    if (found !== file.manifestSha256) throw otherManifest(path, found, file);
    return await openBackup(engine, { folder, manifest });
  } catch (error) {
    throw error instanceof Problem ? withWayOn(error, file) : error;
  }
}

function otherManifest(file: string, found: string, { manifestSha256 }: KeptFile): Problem {
  return new Problem('backup-damaged', 'The manifest of the backup is not the one that the audit trail knows.', {
    where: { file },
    found: `SHA-256 ${found}`,
    expected: `SHA-256 ${manifestSha256}`,
  });
}

function withWayOn(problem: Problem, { id }: KeptFile): Problem {
  if (problem.code === 'cancelled') return problem;
  const mend = problem.code === 'backup-key' ? problem.fields.next : undefined;
  return problem.with({
    state: 'Nothing was run: the database is as it was.',
    next: [
      ...(mend ?? [`Bring the file backup ${id} back to its folder.`]),
      'Or roll back without the data: taskflow-db rollback --no-data',
    ],
  });
}

/** The store is made again, whole. */
async function loadStore(session: Session, { kept, base, later, inStore }: Parts): Promise<void> {
  await ensureSchema(session);
  if (inStore) await session.batch([[{ sql: renameToLater(kept) }]]);
  await makeStore(session, kept, base ?? later);
  if (!base || !(later || inStore)) return;
  if (later) {
    await session.batch([[{ sql: createEmptyStore(kept, laterName(kept)) }]]);
    await loadRows(session, kept, later, laterName(kept));
  }
  await session.batch([takeInLater(kept).map((sql) => ({ sql }))]);
}

async function makeStore(session: Session, kept: Kept, backup: OpenBackup | undefined): Promise<void> {
  if (!backup) return;
  const comment = commentOnStore(kept, `${LOADED}${backup.manifest.id} by a rollback`);
  await session.batch([[{ sql: createEmptyStore(kept) }, { sql: comment }]]);
  await loadRows(session, kept, backup, storeName(kept));
}

/** There are several files where several sessions have written them. */
async function loadRows(session: Session, { store }: Kept, backup: OpenBackup, into: string): Promise<void> {
  for (const { name, columns, file } of backup.manifest.tables) {
    if (name !== store || !columns || file === null) continue;
    const list = columns.map(quoteIdentifier).join(', ');
    await session.copyIn(`COPY ${into} (${list}) FROM STDIN`, openUnpacked(backup, file));
  }
}

/** That it cannot be said beside the file makes nothing worse: it stays. */
function markReturned(folder: string, runId: string): void {
  const file = join(folder, RETURNED_FILE);
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify({ format: 1, at: new Date().toISOString(), runId })}\n`, {
      mode: 0o600,
    });
    renameSync(`${file}.new`, file);
  } catch {
    // Not ours to write to any more.
  }
}
