import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files, Workplace } from '../support/cli.ts';

/** A migration that makes a table of its name; `depends` as in its header. */
export function table(version: string, depends = '', more = ''): Files {
  const name = version.replace(/^\d+[_-]/, '').replaceAll('-', '_');
  const header = depends === '' ? '' : `-- Depends: ${depends}\n`;
  return {
    [`m/${version}.sql`]: `-- Table ${name}\n${header}${more}\nCREATE TABLE IF NOT EXISTS ${name} (id int);\n\n-- ROLLBACK:\n-- DROP TABLE IF EXISTS ${name};\n`,
  };
}

export function tables(...versions: string[]): Files {
  return Object.assign({}, ...versions.map((text) => table(...(text.split(' < ') as [string, string?]))));
}

/** Every file below the workplace that is ours, by path, as it is byte for byte. */
export function filesOf(at: Pick<Workplace, 'folder'>): Record<string, string> {
  const own = readdirSync(at.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = own.map((entry) => join(entry.parentPath, entry.name).slice(at.folder.length + 1)).sort();
  const shown = paths.filter((path) => !/^\.(home|git|taskflow)\//.test(path));
  return Object.fromEntries(shown.map((path) => [path, readFileSync(join(at.folder, path), 'latin1')]));
}

export const migrationsOf = (at: Pick<Workplace, 'folder'>) =>
  readdirSync(join(at.folder, 'm'))
    .filter((name) => name.endsWith('.sql'))
    .sort();

/** Git in the workplace, with an identity and a branch `main`. */
export function gitIn(at: Pick<Workplace, 'folder' | 'env'>): (...args: string[]) => string {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: at.folder,
      encoding: 'utf8',
      env: { ...at.env, GIT_CONFIG_NOSYSTEM: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  git('init', '--quiet', '--initial-branch=main');
  return git;
}
