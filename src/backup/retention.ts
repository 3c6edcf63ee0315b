import type { BackupKind } from './manifest.ts';

/** A complete backup, as far as its age and size go. */
export interface KeptBackup {
  readonly id: string;
  readonly kind: BackupKind;
  readonly at: Date;
  readonly bytes: number;
  /** It is of a part of the database, as options of pg_dump have asked for. */
  readonly partial?: boolean;
  /** It was restored for a proof, and nothing was found wrong. */
  readonly proven?: boolean;
  /** Why it stays whatever the rules say: what would not be possible without it. */
  readonly neededFor?: string | undefined;
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
  /** Of those that stay, what the rules would have let go. */
  readonly spared: readonly { readonly backup: T; readonly why: string }[];
  /** The oldest first: in this order they are removed. */
  readonly removed: readonly { readonly backup: T; readonly why: string }[];
  /** The backups that stay take more than `bytes`, because of those that stay whatever the rules say. */
  readonly overSize: boolean;
}

/**
 * Which backups of one database go. A backup stays only where every rule lets it; but the newest full one, the newest of the
 * whole database, the newest of those that was proven, what is needed, and all that is newer than `now` stay whatever the rules say. `last` counts full and scoped ones
 * apart: many small ones never push out the full one that they stand on.
 */
export function decideRetention<T extends KeptBackup>(all: readonly T[], keep: KeepRules, now: Date): Retention<T> {
  const sorted = [...all].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
  const held = heldOf(sorted);
  const counts = { full: 0, scoped: 0 };
  let size = [...held.keys()].reduce((sum, { bytes }) => sum + bytes, 0);
  let full = false;
  const kept: T[] = [];
  const spared: { backup: T; why: string }[] = [];
  const removed: { backup: T; why: string }[] = [];
  for (const backup of sorted) {
    counts[backup.kind] += 1;
    const hold = held.get(backup);
    const counted = hold === undefined ? size + backup.bytes : size;
    const why: string | undefined =
      backup.at > now
        ? undefined
        : reason(backup, keep, { place: counts[backup.kind], size: full ? Infinity : counted, now });
    if (why !== undefined && hold === undefined) {
      full ||= why === FULL;
      removed.unshift({ backup, why });
      continue;
    }
    if (why !== undefined && hold !== undefined) spared.push({ backup, why: hold });
    kept.push(backup);
    size = counted;
  }
  return { kept, spared, removed, overSize: keep.bytes !== undefined && size > keep.bytes };
}

/** What stays in any case, and why. */
function heldOf<T extends KeptBackup>(sorted: readonly T[]): Map<T, string> {
  const held = new Map<T, string>();
  for (const one of sorted) if (one.neededFor !== undefined) held.set(one, one.neededFor);
  const full = sorted.filter(({ kind }) => kind === 'full');
  const proven = full.find((one) => one.proven && !one.partial);
  if (proven) held.set(proven, 'the newest that was proven by "backup verify"');
  const whole = full.find((one) => !one.partial);
  if (whole) held.set(whole, 'the newest of the whole database');
  if (full[0]) held.set(full[0], 'the newest');
  return held;
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
