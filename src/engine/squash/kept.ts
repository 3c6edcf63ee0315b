import type { Migration } from '../../migration/migration.ts';
import { Problem } from '../../problem/problem.ts';

/**
 * The text of a file that runs behind the squash from now on, which its header says; only that line is new. Throws where the
 * file cannot be given one.
 */
export function withDepends(migration: Migration, text: string, squash: string): string {
  const lineBreak = /\r?\n/.exec(text)?.[0] ?? '\n';
  const end = text.indexOf(lineBreak);
  const hasTitle = /^\uFEFF?--/.test(text) && end >= 0;
  const at = hasTitle ? end + lineBreak.length : text.startsWith('\uFEFF') ? 1 : 0;
  const title = hasTitle ? '' : `-- ${migration.description}${lineBreak}`;
  return `${text.slice(0, at)}${title}-- Depends: ${squash}${lineBreak}${text.slice(at)}`;
}

export function refuseOtherBody(before: Migration, after: Migration, squash: string): void {
  if (after.bodyChecksum === before.bodyChecksum && after.headers.depends.includes(squash)) return;
  throw new Problem('squash-refused', `${before.version} cannot be told to run behind ${squash}`, {
    version: before.version,
    where: { file: before.file },
    expected: `a header line: -- Depends: ${squash}`,
    state: 'Nothing was written.',
  });
}
