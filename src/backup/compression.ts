import { Problem } from '../problem/problem.ts';

/** How files are compressed, and how hard; without a level, as the program thinks best. */
export interface Compression {
  readonly algorithm: 'none' | 'gzip' | 'zstd' | 'lz4';
  readonly level?: number;
}

const LEVEL_MAX = { none: 0, gzip: 9, zstd: 22, lz4: 12 } as const;

/** gzip's usual level takes twice the time of this one, for an eighth less. */
const FAST_GZIP: Compression = { algorithm: 'gzip', level: 1 };

/** `none`, `gzip`, `zstd:3` as a value; undefined where nothing is asked for. Problem `usage` for a level that there is not. */
export function readCompression(text: string | undefined): Compression | undefined {
  if (text === undefined) return undefined;
  const [name = '', level] = text.split(':');
  const algorithm = (Object.keys(LEVEL_MAX) as Compression['algorithm'][]).find((one) => one === name);
  const known = algorithm !== undefined && (level === undefined || isLevel(algorithm, level));
  if (!known) throw unknownCompression(text);
  return level === undefined ? { algorithm } : { algorithm, level: Number(level) };
}

function isLevel(algorithm: Compression['algorithm'], level: string): boolean {
  return /^\d{1,2}$/.test(level) && Number(level) >= 1 && Number(level) <= LEVEL_MAX[algorithm];
}

function unknownCompression(text: string): Problem {
  return new Problem('usage', 'there is no such compression of backups', {
    found: JSON.stringify(text),
    expected:
      'none, gzip, zstd or lz4; with a level where wanted: gzip:1 to gzip:9, zstd:1 to zstd:22, lz4:1 to lz4:12',
    state: 'Nothing was written.',
  });
}

/** As settings and manifests have it. */
export function compressionText({ algorithm, level }: Compression): string {
  return level === undefined ? algorithm : `${algorithm}:${level}`;
}

/**
 * What pg_dump of that major version is to do: what was asked for, else the best that it knows. Before 16 it knows gzip alone
 * (manual, pg_dump, `--compress`). Problem `usage` where it cannot do what was asked for.
 */
export function dumpCompression(
  asked: Compression | undefined,
  program: { major: number; version: string },
): Compression {
  const modern = program.major >= 16;
  if (asked === undefined) return modern ? { algorithm: 'zstd' } : FAST_GZIP;
  if (modern || asked.algorithm === 'gzip' || asked.algorithm === 'none') return asked;
  throw new Problem('usage', `pg_dump ${program.version} cannot compress with ${asked.algorithm}`, {
    expected: 'gzip or none; pg_dump 16 and newer know zstd and lz4, too',
    state: 'Nothing was written.',
    next: ['Choose gzip, leave the choice to the tool, or name the folder of a newer pg_dump in "backupPrograms".'],
  });
}

/** Where a pg_dump was built without that, and nobody asked for it; undefined: there is nothing else to try. */
export function otherCompression(asked: Compression | undefined, { algorithm }: Compression): Compression | undefined {
  return asked === undefined && algorithm === 'zstd' ? FAST_GZIP : undefined;
}

/** The argument that says so to pg_dump of that major version. */
export function compressArgument(compression: Compression, major: number): string {
  if (major >= 16) return `--compress=${compressionText(compression)}`;
  return `--compress=${compression.algorithm === 'none' ? 0 : (compression.level ?? 6)}`;
}

/** What this process does itself: what was asked for if it can, else the best that it can. */
export function ownCompression(asked: Compression | undefined, hasZstd: boolean): Compression {
  const can = asked && (asked.algorithm === 'zstd' ? hasZstd : asked.algorithm !== 'lz4');
  if (asked && can) return asked;
  return hasZstd ? { algorithm: 'zstd' } : FAST_GZIP;
}
