import { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Migration } from '../../../migration/migration.ts';
import { Problem } from '../../../problem/problem.ts';
import type { DataBatch } from './api.ts';
import { placeInCode, textOf } from './thrown.ts';

/** The code of a data migration, ready to be called. */
export interface LoadedCode {
  readonly batch: DataBatch;
  /** Under which its lines stand in stacks. */
  readonly url: string;
}

const loaded = new Map<string, Promise<unknown>>();

/**
 * Loads what was hashed, whatever became of the file since; what it imports is looked for from the file's own place. Its top level runs
 * now. Problem `code-failed` where it cannot be loaded, or exports no function.
 */
export async function loadCode(migration: Migration, cwd: string): Promise<LoadedCode> {
  const path = resolve(cwd, migration.file);
  const url = `${pathToFileURL(path).href}?sha256=${migration.checksum}`;
  try {
    const found = loaded.get(url) ?? importText(url, await sourceOf(migration));
    loaded.set(url, found);
    return { batch: batchOf(migration, await found), url };
  } catch (error) {
    loaded.delete(url);
    if (error instanceof Problem) throw error;
    throw new Problem('code-failed', `${migration.version}: its code cannot be loaded: ${textOf(error)}`, {
      version: migration.version,
      where: placeInCode(error, migration, url),
      state: 'Nothing was run.',
      cause: error,
    });
  }
}

async function sourceOf({ data, text, file }: Migration): Promise<string> {
  if (data?.code?.language !== 'ts') return text;
  // Some megabytes: only for who needs them.
  const { stripTypes } = await import('./strip-types.ts');
  return stripTypes(text, file);
}

/** In a thread of its own, as Node runs hooks. */
const HOOKS = `let own;
export function initialize(data) { own = data; }
export function load(url, context, next) {
  return url === own.url ? { format: 'module', source: own.source, shortCircuit: true } : next(url, context);
}`;

function importText(url: string, source: string): Promise<unknown> {
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { parentURL: url, data: { url, source } });
  return import(url);
}

function batchOf({ version, file }: Migration, module: unknown): DataBatch {
  const { batch } = module as { batch?: unknown };
  if (typeof batch === 'function') return batch as DataBatch;
  throw new Problem('code-failed', `${version}: what it exports as batch is no function`, {
    version,
    where: { file },
    expected: 'export async function batch(rows, context) { ... }',
    state: 'Nothing was run.',
  });
}
