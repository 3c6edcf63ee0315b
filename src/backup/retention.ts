import type { BackupKind } from './manifest.ts';

/** A complete backup, as far as its age and size go. */
export interface KeptBackup {
  readonly id: string;
  readonly kind: BackupKind;
  readonly at: Date;
  readonly bytes: number;
}

/** How many, how old and how large together they may get; undefined: no limit of that kind. */
export interface KeepRules {
  readonly last: number | undefined;
  readonly days: number | undefined;
  readonly bytes: number | undefined;
}

export interface Retention<T extends KeptBackup> {
  /** The newest first. */
  readonly kept: readonly T[];
  /** The oldest first: in this order they are removed. */
  readonly removed: readonly { readonly backup: T; readonly why: string }[];
  /** The backups that stay take more than `bytes`, because the newest full one always stays. */
  readonly overSize: boolean;
}

/**
 * Which backups of one database go. A backup stays only where every rule lets it; the newest full one, and all that is newer than
 * `now`, stay whatever the rules say. `last` counts full and scoped ones apart: many small ones never push out the full one that
 * they stand on.
 */
export function decideRetention<T extends KeptBackup>(all: readonly T[], keep: KeepRules, now: Date): Retention<T> {
  const sorted = [...all].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
  const newestFull = sorted.find(({ kind }) => kind === 'full');
  const counts = { full: 0, scoped: 0 };
  let size = newestFull?.bytes ?? 0;
  let full = false;
  const kept: T[] = [];
  const removed: { backup: T; why: string }[] = [];
  for (const backup of sorted) {
    counts[backup.kind] += 1;
    const holds = backup === newestFull || backup.at > now;
    const counted = backup === newestFull ? size : size + backup.bytes;
    const why: string | undefined = holds
      ? undefined
      : reason(backup, keep, { place: counts[backup.kind], size: full ? Infinity : counted, now });
    full ||= why === FULL;
    if (why !== undefined) removed.unshift({ backup, why });
    else {
      kept.push(backup);
      size = counted;
    }
  }
  return { kept, removed, overSize: keep.bytes !== undefined && size > keep.bytes };
}

/** Behind the first of them all older ones go, too, however small. */
const FULL = 'the newer ones fill the size that is kept';

const DAY_MS = 86_400_000;

function reason(
  { at, kind }: KeptBackup,
  { last, days, bytes }: KeepRules,
  { place, size, now }: { place: number; size: number; now: Date },
): string | undefined {
  if (last !== undefined && place > last) return `there are ${last} newer ${kind} ones`;
  if (days !== undefined && now.getTime() - at.getTime() > days * DAY_MS) return `older than ${days} days`;
  if (bytes !== undefined && size > bytes) return FULL;
  return undefined;
}
