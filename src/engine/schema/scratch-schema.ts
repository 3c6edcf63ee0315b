import { isAbsolute, join } from 'node:path';
import type { Reading } from '../../catalog/snapshot.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { loadScript, readScript } from '../scratch/load-script.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { type NamedSchema, readSchema } from './read-schema.ts';

/** A schema that was made on a scratch server, and what could not be made there. */
export interface ScratchSchema extends NamedSchema {
  /** Versions that were passed over, and why. */
  readonly skipped: readonly { readonly version: string; readonly reason: string }[];
}

/** The schema that the migrations of a folder make of an empty database. `path` is relative to `cwd`. */
export function schemaOfFolder(scratch: Scratch, path: string, cwd: string, included: Reading): Promise<ScratchSchema> {
  const files = refuseComplaints(readFolders([absolute(path, cwd)], cwd));
  return inNewDatabase(scratch, async (database) => {
    const skipped = await replay(scratch, database, files);
    const { schema } = await readSchema(database.engine, included);
    return { name: path, schema, skipped: skipped.map(({ version, reason }) => ({ version, reason })) };
  });
}

/** The schema that a file of SQL makes of an empty database. */
export function schemaOfScript(scratch: Scratch, path: string, cwd: string, included: Reading): Promise<ScratchSchema> {
  const script = readScript(absolute(path, cwd), path);
  return inNewDatabase(scratch, async (database) => {
    await loadScript(scratch, database, script);
    const { schema } = await readSchema(database.engine, included);
    return { name: path, schema, skipped: [] };
  });
}

async function inNewDatabase<T>(scratch: Scratch, use: (database: ScratchDatabase) => Promise<T>): Promise<T> {
  const database = await scratch.create();
  try {
    return await use(database);
  } finally {
    if (!scratch.lost) await database.drop();
  }
}

function absolute(path: string, cwd: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}
