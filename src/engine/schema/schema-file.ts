import { randomUUID } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { snapshotText } from '../../catalog/canonical.ts';
import { parseSnapshot } from '../../catalog/parse.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { readTextFile, replaceFile } from '../../files/whole-file.ts';
import type { NamedSchema } from './read-schema.ts';

/** The schema that `saveSchema` has written. `path` is relative to `cwd`. Problem `file-unreadable` or `snapshot-invalid`. */
export function schemaFromFile(path: string, cwd: string): NamedSchema {
  return { name: path, schema: parseSnapshot(readTextFile(resolve(path, cwd), path), path) };
}

/** Writes the schema to a file, whole or not at all; one that is there is replaced. Problem `file-unreadable`. */
export function saveSchema(schema: Snapshot, path: string, cwd: string): void {
  replaceFile(resolve(path, cwd), path, snapshotText(schema), randomUUID());
}

function resolve(path: string, cwd: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}
