import type { Store, StoresToPrune } from '../../backup/stored.ts';
import type { Settings } from '../../config/settings.ts';
import { Problem } from '../../problem/problem.ts';
import { type ListedBackup, listBackups } from './list-backups.ts';
import type { PrunePlan } from './prune-backups.ts';
import { shownStore } from './stores.ts';

export interface NamedPrune {
  /** Whose backups are meant; undefined: all. */
  readonly database: string | undefined;
  readonly stores: readonly Store[];
  /** Also what a rollback would put back. */
  readonly all: boolean;
}

const WHY = 'named';

/**
 * What goes where a person names it: backups by the beginning of their names, tables of kept data by theirs. Problem `backup-unknown`
 * for what there is not, `backup-refused` for what is not to be removed so.
 */
export function planNamed(
  settings: Pick<Settings, 'backup'>,
  names: readonly string[],
  { database, stores, all }: NamedPrune,
): { files: PrunePlan; stores: StoresToPrune } {
  const backups = listBackups(settings, database).filter(({ state }) => state !== 'partial');
  const files = new Set<ListedBackup>();
  const tables = new Set<Store>();
  for (const name of names) {
    const store = stores.find((one) => [one.name, shownStore(one.name), `taskflow_backup.${one.name}`].includes(name));
    if (store) tables.add(removable(store, all));
    else files.add(removableFile(backupNamed(name, backups, stores), all));
  }
  const keep = { last: undefined, days: undefined, bytes: undefined };
  const kept = backups.filter((one) => !files.has(one));
  return {
    files: {
      keep,
      remove: [...files].map((backup) => ({ backup, why: whyOf(backup, kept) })),
      kept,
      spared: [],
      passedOver: [],
      overSize: [],
    },
    stores: {
      remove: [...tables].map((store) => ({ store, why: WHY })),
      kept: stores.filter((one) => !tables.has(one)),
      spared: [],
    },
  };
}

/** Who names one may have it removed, and is told what there is no other of. */
function whyOf(backup: ListedBackup, kept: readonly ListedBackup[]): string {
  if (!isWhole(backup)) return WHY;
  const others = kept.filter((one) => one.database === backup.database && isWhole(one));
  if (others.length === 0) return `${WHY}, and there is no other one of the whole database`;
  const isLastProven = isProven(backup) && !others.some(isProven);
  return isLastProven ? `${WHY}, and no other one was proven by "backup verify"` : WHY;
}

function isWhole({ kind, state, leavingOut }: ListedBackup): boolean {
  return kind === 'full' && state === 'ok' && leavingOut.length === 0;
}

function isProven({ verified }: ListedBackup): boolean {
  return verified?.ok === true && verified.server !== null;
}

function removable(store: Store, all: boolean): Store {
  const refused = (message: string, next: string[]) =>
    new Problem('backup-refused', message, { state: 'Nothing was removed.', next });
  if (store.state === 'copying')
    throw refused(`${shownStore(store.name)} is of a table that is being copied, or was when a run was killed.`, [
      'See which, and what removes it: taskflow-db doctor',
    ]);
  if (store.state === 'needed' && !all)
    throw refused(`${shownStore(store.name)} holds what a rollback of ${store.version} puts back.`, [
      'To do without it, which nothing brings back: --kept-data',
    ]);
  return store;
}

function removableFile(backup: ListedBackup, all: boolean): ListedBackup {
  if (!backup.needed || all) return backup;
  throw new Problem('backup-refused', `${backup.id} holds what a rollback of ${backup.version} puts back.`, {
    state: 'Nothing was removed.',
    next: ['To do without it, which nothing brings back: --kept-data'],
  });
}

function backupNamed(name: string, backups: readonly ListedBackup[], stores: readonly Store[]): ListedBackup {
  const [only, ...others] = backups.filter(({ id }) => id.startsWith(name));
  if (only && others.length === 0) return only;
  const found = only ? [only, ...others].map(({ id }) => id) : [];
  throw new Problem(
    'backup-unknown',
    only ? `${name} is the beginning of several backups.` : `There is no backup ${name}.`,
    {
      found: only ? found.join(', ') : `${backups.length} backups, ${stores.length} tables of kept data`,
      state: 'Nothing was removed.',
      next: ['See which there are: taskflow-db backup list'],
    },
  );
}
