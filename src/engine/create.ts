import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readFolders } from '../files/folders.ts';
import { parseFileName } from '../migration/filename.ts';
import { newCodeMigrationText, newDataMigrationText, newFileName, newMigrationText } from '../migration/template.ts';
import { Problem } from '../problem/problem.ts';
import { writeMigrations } from './manifest/keep-manifests.ts';

export interface CreateOptions {
  /** All folders of migrations: the number is the next after all of theirs. */
  readonly folders: readonly string[];
  /** The one that gets the file. */
  readonly folder: string;
  readonly cwd: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly author?: string | undefined;
  /** A data migration. */
  readonly data?: boolean | undefined;
  /** Whose batches run code: TypeScript. */
  readonly code?: boolean | undefined;
  /** Today, YYYY-MM-DD. */
  readonly date: string;
}

/**
 * Writes the next numbered file from the template, never over an existing one, and its line into the manifest where the folder
 * has one. Returns its shown path.
 */
export function createMigration(options: CreateOptions): { version: string; file: string } {
  const there = options.folders.filter((folder) => existsSync(folder));
  const versions = readFolders(there, options.cwd).files;
  const name = newFileName(versions, options.name, options.code ? '.ts' : '.sql');
  const parsed = parseFileName(name);
  if (parsed instanceof Problem) throw parsed;
  const path = join(options.folder, name);
  const file = relative(options.cwd, path);
  const header = { ...options, version: parsed.version };
  const content = textOf(options, header);
  writeMigrations([{ kind: 'create', path, shown: file, content }], options.cwd);
  return { version: parsed.version, file };
}

function textOf({ data, code }: CreateOptions, header: Parameters<typeof newMigrationText>[0]): string {
  if (code) return newCodeMigrationText(header);
  return data ? newDataMigrationText(header) : newMigrationText(header);
}
