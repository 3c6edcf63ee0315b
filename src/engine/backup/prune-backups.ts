import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { PARTIAL_SUFFIX } from '../../backup/manifest.ts';
import { decideRetention, type KeepRules } from '../../backup/retention.ts';
import type { Settings } from '../../config/settings.ts';
import { Problem } from '../../problem/problem.ts';
import { type ListedBackup, listBackups } from './list-backups.ts';
import { syncFolder } from './partial.ts';

/** What goes and what stays, for every database by itself. */
export interface PrunePlan {
  readonly keep: KeepRules;
  /** The oldest first. */
  readonly remove: readonly { readonly backup: ListedBackup; readonly why: string }[];
  readonly kept: readonly ListedBackup[];
  /** Of those, what the rules would have let go, and why it stays. */
  readonly spared: readonly { readonly backup: ListedBackup; readonly why: string }[];
  /** Those that no rule touches: half-written, damaged, or not ours to judge. */
  readonly passedOver: readonly ListedBackup[];
  /** Databases of which what stays in any case is larger than what is kept. */
  readonly overSize: readonly string[];
}

/** Decides by the rules, and changes nothing; `needed`: what becomes of data that a rollback would put back. Only complete backups of ours are counted, and only they go. */
export function planPrune(
  settings: Pick<Settings, 'backup'>,
  keep: KeepRules,
  database: string | undefined,
  now: Date,
  needed: 'stays' | 'goes' = 'stays',
): PrunePlan {
  const all = listBackups(settings, database);
  const whole = all.filter(({ state }) => state === 'ok');
  const databases = [...new Set(whole.map((one) => dirname(one.folder)))];
  const decided = databases.map((folder) => {
    const own = whole.filter((one) => dirname(one.folder) === folder);
    const aged = own.map((one) => ({
      ...{ id: one.id, kind: one.kind, at: new Date(one.at), bytes: one.bytes ?? 0, one },
      neededFor: needed === 'stays' && one.needed ? 'a rollback would put it back (--kept-data)' : undefined,
      partial: one.leavingOut.length > 0,
      proven: one.verified?.ok === true && one.verified.server !== null,
    }));
    return { name: own[0]?.database ?? '', ...decideRetention(aged, keep, now) };
  });
  return {
    keep,
    remove: decided.flatMap(({ removed }) => removed.map(({ backup, why }) => ({ backup: backup.one, why }))),
    kept: decided.flatMap(({ kept }) => kept.map(({ one }) => one)),
    spared: decided.flatMap(({ spared }) => spared.map(({ backup, why }) => ({ backup: backup.one, why }))),
    passedOver: all.filter(({ state }) => state !== 'ok'),
    overSize: decided.filter(({ overSize }) => overSize).map(({ name }) => name),
  };
}

/**
 * Removes what the plan says, one after the other: each ceases to be a backup by one rename, so that a kill leaves no half of
 * one. Throws Problem `backup-failed` at the first that cannot be removed.
 */
export function prune(plan: PrunePlan): void {
  for (const { backup } of plan.remove) removeBackup(backup.folder);
}

function removeBackup(folder: string): void {
  const going = `${folder}${PARTIAL_SUFFIX}`;
  try {
    renameSync(folder, going);
    syncFolder(dirname(folder));
    rmSync(going, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw new Problem('backup-failed', `The backup in ${folder} cannot be removed.`, {
      found: error instanceof Error ? error.message : String(error),
      state: 'Those before it are removed; it, and those behind it, are not.',
      next: ['Make the folder writable, and run the command again.'],
    });
  }
}

/** For use behind each new backup: removes by the settings' `keep` what has become too much, and returns what that was. */
export function pruneBySettings(settings: Pick<Settings, 'backup'>, database: string, now: Date): PrunePlan['remove'] {
  const plan = planPrune(settings, settings.backup.keep, database, now);
  prune(plan);
  return plan.remove;
}
