import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One of PostgreSQL's client programs, as it was found. */
export interface ClientProgram {
  readonly path: string;
  /** `15.18`, as `--version` says it. */
  readonly version: string;
  readonly major: number;
}

export interface ProgramSearch {
  /** The folder that the user named; then no other is looked into. */
  readonly folder?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where packages put them: Debian, Red Hat, Homebrew (both processors), Postgres.app, Windows' installer. */
const PARENTS = [
  ['/usr/lib/postgresql', 'bin'],
  ['/usr', 'bin', /^pgsql-\d+$/],
  ['/opt/homebrew/opt', 'bin', /^(?:libpq|postgresql(?:@\d+)?)$/],
  ['/usr/local/opt', 'bin', /^(?:libpq|postgresql(?:@\d+)?)$/],
  ['/Applications/Postgres.app/Contents/Versions', 'bin'],
  ['C:\\Program Files\\PostgreSQL', 'bin'],
] as const;

/** Every program of that name that can be run, the newest first; of equal ones that of the PATH. */
export async function clientPrograms(
  name: 'pg_dump' | 'pg_restore',
  { folder, env }: ProgramSearch,
): Promise<ClientProgram[]> {
  const folders = folder === undefined ? [...(env.PATH ?? '').split(delimiter), ...packageFolders()] : [folder];
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const paths = new Set(folders.flatMap((one) => (one === '' ? [] : programAt(join(one, file)))));
  const found = await Promise.all([...paths].map(versionOf));
  return found.flatMap((one) => (one ? [one] : [])).sort((a, b) => compareVersions(b.version, a.version));
}

function packageFolders(): string[] {
  return PARENTS.flatMap(([parent, bin, pattern = /./]) =>
    listed(parent)
      .filter((name) => pattern.test(name))
      .map((name) => join(parent, name, bin)),
  );
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Debian's wrapper is none: which version it runs depends on the clusters of this machine. Those that it runs are found anyway. */
function programAt(path: string): string[] {
  try {
    accessSync(path, constants.X_OK);
    const real = realpathSync(path);
    return real.endsWith('/pg_wrapper') ? [] : [real];
  } catch {
    return [];
  }
}

/** For what hangs; it only prints a line. */
const VERSION_MS_MAX = 20_000;

/** `pg_dump (PostgreSQL) 16.4 (Debian ...)`; undefined where it cannot be run, or is something else. */
function versionOf(path: string): Promise<ClientProgram | undefined> {
  return new Promise((resolve) => {
    execFile(path, ['--version'], { timeout: VERSION_MS_MAX, env: { LC_ALL: 'C' } }, (error, stdout) => {
      const version = error ? undefined : /\) (\d+(?:\.\d+|devel|beta\d+|rc\d+)?)/.exec(stdout)?.[1];
      resolve(version === undefined ? undefined : { path, version, major: Number.parseInt(version, 10) });
    });
  });
}

function compareVersions(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10)));
  return (x?.[0] ?? 0) - (y?.[0] ?? 0) || (x?.[1] ?? 0) - (y?.[1] ?? 0);
}
