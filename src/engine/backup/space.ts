import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Range } from '../../backup/estimate.ts';
import type { BackupSettings } from '../../config/settings.ts';
import { Problem } from '../../problem/problem.ts';
import { formatBytes } from '../../problem/quantity.ts';

interface Bounds extends Pick<BackupSettings, 'folder' | 'reserveBytes' | 'maxBytes'> {
  /** What is written; else a full backup. */
  readonly what?: 'full backup' | 'file of kept data';
}

/** What is free for us on the disk of a folder, or of the first above it that is there. */
function freeBytes(folder: string): number {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  return bavail * bsize;
}

/** Before anything is written: refuses what cannot fit, however well it is compressed. */
export function refuseTooLarge(estimate: Range, bounds: Bounds): void {
  const [least] = estimate;
  const free = freeBytes(bounds.folder);
  const found = `${formatBytes(free)} are free in ${bounds.folder}; the backup will be ${rangeText(estimate)}`;
  if (free - least < bounds.reserveBytes) throw diskFull(found, bounds, 'Nothing was written.');
  if (bounds.maxBytes === 0 || least <= bounds.maxBytes) return;
  throw tooLarge(`the backup will be ${rangeText(estimate)}`, bounds, 'Nothing was written.');
}

/** While it is written: why it has to stop, or undefined. */
export function spaceProblem(written: number, bounds: Bounds): Problem | undefined {
  const free = freeBytes(bounds.folder);
  if (bounds.maxBytes > 0 && written > bounds.maxBytes)
    return tooLarge(`${formatBytes(written)} were written, and there was more to come`, bounds, GONE);
  if (free >= bounds.reserveBytes) return undefined;
  return diskFull(`${formatBytes(free)} are left in ${bounds.folder}`, bounds, GONE);
}

const GONE = 'The unfinished backup is removed; the database was only read.';

/** The system says so itself, or a program of its. */
export function isDiskFull(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || /No space left on device|Disk quota exceeded/.test(message ?? '');
}

export function outOfSpace(bounds: Bounds): Problem {
  return diskFull(`the disk of ${bounds.folder} is full`, bounds, GONE);
}

function diskFull(found: string, { reserveBytes, what = 'full backup' }: Bounds, state: string): Problem {
  return new Problem('backup-failed', `there is no room for a ${what}`, {
    found,
    expected: `room for it, and ${formatBytes(reserveBytes)} that stay free ("backupReserve")`,
    state,
    next: [
      'Make room, or name a folder on another disk in "backupFolder".',
      'What old ones would free: taskflow-db backup prune --keep-last 3 --dry-run',
    ],
  });
}

function tooLarge(found: string, { maxBytes, what = 'full backup' }: Bounds, state: string): Problem {
  return new Problem('backup-failed', `the ${what} is larger than it may be`, {
    found,
    expected: `at most ${formatBytes(maxBytes)} ("backupMaxSize")`,
    state,
    next: [
      'Allow more in "backupMaxSize", or have it compressed better: "backupCompression": "gzip:9" (or "zstd:19", where that is known).',
    ],
  });
}

/** `about 30 MB to 1.2 GB` */
function rangeText([least, most]: Range): string {
  return `about ${formatBytes(least)} to ${formatBytes(most)}`;
}
