import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The folder that paths in reports for a CI service start from: as GitHub Actions or GitLab CI names it, else the folder of the
 * git repository that one stands in, else where one stands.
 */
export function repositoryRoot(cwd: string, env: Readonly<Record<string, string | undefined>>): string {
  const named = env.GITHUB_WORKSPACE || env.CI_PROJECT_DIR;
  if (named && isWithin(cwd, named)) return resolve(named);
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return resolve(cwd);
  }
}

function isWithin(path: string, folder: string): boolean {
  return `${resolve(path)}/`.startsWith(`${resolve(folder)}/`);
}
