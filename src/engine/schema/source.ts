import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { Problem } from '../../problem/problem.ts';

/** What a side of a comparison is: a database to connect to, or something to read. */
export type SchemaSource =
  | { readonly kind: 'database'; readonly name: string | undefined }
  | { readonly kind: 'snapshot' | 'script' | 'folder'; readonly path: string };

/**
 * What is meant by an argument. A path has a slash in it, or ends in `.json` or `.sql`; anything else names a database, a
 * connection string as well. Problem `file-unreadable` for a path that leads nowhere.
 */
export function schemaSourceOf(named: string | undefined, cwd: string): SchemaSource {
  if (named === undefined || !isPath(named)) return { kind: 'database', name: named };
  if (isFolder(named, cwd)) return { kind: 'folder', path: named };
  return { kind: /\.sql$/i.test(named) ? 'script' : 'snapshot', path: named };
}

/** For a database that cannot be read, where a folder or file has the same name: what to write for that. */
export function hintAtPath(error: unknown, named: string | undefined, cwd: string): unknown {
  if (!(error instanceof Problem) || named === undefined) return error;
  if (!statSync(join(cwd, named), { throwIfNoEntry: false })) return error;
  return error.with({ next: [...(error.fields.next ?? []), `If you mean what lies in this folder: ./${named}`] });
}

/** A connection string has slashes, too, behind its scheme, or is made of `name=value`. */
function isPath(named: string): boolean {
  if (/^postgres(ql)?:\/\//i.test(named) || /^\s*\w+\s*=/.test(named)) return false;
  return named.includes('/') || /\.(json|sql)$/i.test(named) || named === '.' || named === '..';
}

function isFolder(path: string, cwd: string): boolean {
  const found = statSync(isAbsolute(path) ? path : join(cwd, path), { throwIfNoEntry: false });
  // Of a file that is missing its reader tells.
  if (found || /\.(json|sql)$/i.test(path)) return found?.isDirectory() === true;
  throw new Problem('file-unreadable', `there is no ${path}`, {
    where: { file: path },
    expected: 'a folder of migrations, a file of SQL, or a file that taskflow-db diff --save has written',
  });
}
