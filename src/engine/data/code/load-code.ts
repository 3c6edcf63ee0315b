import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Migration } from '../../../migration/migration.ts';
import { Problem } from '../../../problem/problem.ts';
import type { CodeColumns } from './code-rows.ts';
import { CodeThread, NoFunction } from './code-thread.ts';
import { placeInCode, textOf } from './thrown.ts';

/** The code of a data migration, ready to be called. */
export interface LoadedCode {
  readonly thread: CodeThread;
  /** Under which its lines stand in stacks. */
  readonly url: string;
}

/**
 * Loads what was hashed, whatever became of the file since, into a thread of its own; what it imports is looked for from the file's own
 * place. Its top level runs now. Problem `code-failed` where it cannot be loaded, or exports no function.
 */
export async function loadCode(migration: Migration, cwd: string, columns: CodeColumns): Promise<LoadedCode> {
  const path = resolve(cwd, migration.file);
  const url = `${pathToFileURL(path).href}?sha256=${migration.checksum}`;
  const { version } = migration;
  try {
    const thread = new CodeThread({ url, source: await sourceOf(migration), version, columns });
    await thread.load();
    return { thread, url };
  } catch (error) {
    if (error instanceof NoFunction) throw noFunction(migration);
    throw new Problem('code-failed', `${version}: its code cannot be loaded: ${textOf(error)}`, {
      version,
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

function noFunction({ version, file }: Migration): Problem {
  return new Problem('code-failed', `${version}: what it exports as batch is no function`, {
    version,
    where: { file },
    expected: 'export async function batch(rows, context) { ... }',
    state: 'Nothing was run.',
  });
}
