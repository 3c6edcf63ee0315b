import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { databaseOfFolder } from '../../backup/database-of-folder.ts';
import {
  type BackupManifest,
  isBackupId,
  PARTIAL_SUFFIX,
  RETURNED_FILE,
  readBackupId,
  VERIFIED_FILE,
} from '../../backup/manifest.ts';
import { readVerified, type Verified } from '../../backup/verified.ts';
import { Problem } from '../../problem/problem.ts';
import { manifestIn, quickFaults } from './backup-files.ts';

/** A folder that has the name of a backup, whatever is in it. */
export interface BackupPlace {
  readonly id: string;
  /** By the name of the folder above. */
  readonly database: string;
  /** Absolute path. */
  readonly folder: string;
  /** It is being written, or was when a run was killed. */
  readonly partial: boolean;
}

/** What a look into such a folder shows, without reading its data. */
export interface FoundBackup extends BackupPlace {
  /** Undefined where it cannot be read: see `faults`. */
  readonly manifest: BackupManifest | undefined;
  readonly faults: readonly Problem[];
  readonly verified: Verified | undefined;
  /** It holds data that a rollback would put back, and none has. */
  readonly needed: boolean;
}

/** The folders of backups below the one of the settings, by database, the newest last. Folders of others are passed over. */
export function backupPlaces(backupFolder: string, database?: string): BackupPlace[] {
  const databases = namesIn(backupFolder).flatMap((name) => {
    const of = databaseOfFolder(name);
    return of === undefined || (database !== undefined && of !== database) ? [] : [{ name, of }];
  });
  return databases.flatMap(({ name, of }) =>
    namesIn(join(backupFolder, name)).flatMap((entry) => {
      const partial = entry.endsWith(PARTIAL_SUFFIX);
      const id = partial ? entry.slice(0, -PARTIAL_SUFFIX.length) : entry;
      return isBackupId(id) ? [{ id, database: of, folder: join(backupFolder, name, entry), partial }] : [];
    }),
  );
}

function namesIn(folder: string): string[] {
  try {
    // The folder of a database may lie on another disk: backups are written through a link, and found through it.
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name))))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

/** Reads the manifest of such a folder, and looks whether its files are there. */
export function lookInto(place: BackupPlace): FoundBackup {
  if (place.partial) return { ...place, manifest: undefined, faults: [], verified: undefined, needed: false };
  try {
    const manifest = manifestIn(place.folder);
    const ofMigration = manifest.kind === 'scoped' && manifest.direction !== 'rollback';
    const needed = ofMigration && !existsSync(join(place.folder, RETURNED_FILE));
    const faults = quickFaults(place.folder, manifest);
    return { ...place, manifest, faults, verified: verifiedIn(place.folder), needed };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...place, manifest: undefined, faults: [error], verified: undefined, needed: false };
  }
}

function verifiedIn(folder: string): Verified | undefined {
  try {
    return readVerified(readFileSync(join(folder, VERIFIED_FILE), 'utf8'));
  } catch {
    return undefined;
  }
}

/** What a person may name: nothing or `latest`, an id or the beginning of one, or a folder (with a slash in it). */
export interface Wanted {
  readonly named: string | undefined;
  readonly backupFolder: string;
  /** Whose backups come first; undefined where no database is named. */
  readonly database: string | undefined;
  readonly cwd: string;
}

/** The folder that is meant. Problem `backup-unknown` where there is none, or more than one. */
export function findBackup({ named = 'latest', backupFolder, database, cwd }: Wanted): string {
  if (isAbsolute(named) || /[/\\]/.test(named)) return resolve(cwd, named);
  const all = backupPlaces(backupFolder).filter(({ partial }) => !partial);
  const own = all.filter((place) => place.database === database);
  if (named === 'latest') return latest(database === undefined ? all : own, all, { backupFolder, database });
  const [only, ...others] =
    [own, all].map((some) => some.filter(({ id }) => id.startsWith(named))).find((some) => some.length > 0) ?? [];
  if (only && others.length === 0) return only.folder;
  if (!only && isFolder(resolve(cwd, named))) return resolve(cwd, named);
  throw only ? ambiguous(named, [only, ...others]) : unknown(named, backupFolder, all);
}

function latest(
  own: readonly BackupPlace[],
  all: readonly BackupPlace[],
  { backupFolder, database }: Pick<Wanted, 'backupFolder' | 'database'>,
): string {
  const full = own.filter(({ id }) => readBackupId(id)?.kind === 'full');
  const newest = newestOf(full);
  if (newest && full.every((one) => one.database === newest.database)) return newest.folder;
  throw newest ? ofWhich(full, backupFolder) : noneOf(database, all, backupFolder);
}

/** Their names say the second: of those of one, the manifests say which was begun last. */
function newestOf(sorted: readonly BackupPlace[]): BackupPlace | undefined {
  const last = sorted.at(-1);
  const second = (place: BackupPlace | undefined) => readBackupId(place?.id ?? '')?.at.getTime();
  const together = sorted.filter((place) => place.database === last?.database && second(place) === second(last));
  if (together.length < 2) return last;
  const begun = together.map((place) => ({ place, at: lookInto(place).manifest?.startedAt ?? '' }));
  return begun.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).at(-1)?.place;
}

const BACKUPS_OF_MAX = 6;

/** `orders: the newest full one is 2026...`, a line a database. */
function newestFull(places: readonly BackupPlace[]): string[] {
  const full = places.filter(({ id }) => readBackupId(id)?.kind === 'full');
  const newest = new Map(
    full.map(({ database }) => [database, newestOf(full.filter((one) => one.database === database))!]),
  );
  const some = [...newest.values()].slice(-BACKUPS_OF_MAX).reverse();
  const lines = some.map(({ database, id }) => `of ${database}: ${id}`);
  return newest.size > BACKUPS_OF_MAX ? [...lines, `and of ${newest.size - BACKUPS_OF_MAX} more databases`] : lines;
}

function ofWhich(full: readonly BackupPlace[], backupFolder: string): Problem {
  return new Problem('backup-unknown', 'The newest backup of which database is meant?', {
    where: { file: backupFolder },
    found: newestFull(full).join('\n'),
    state: UNTOUCHED,
    next: ['Name the database: --database NAME', 'Or the backup, by its name or the beginning of it.'],
  });
}

/** `latest` is of the database of the connection: another one has to be named. */
function noneOf(database: string | undefined, all: readonly BackupPlace[], backupFolder: string): Problem {
  const lines = newestFull(all);
  const [example] = lines[0] === undefined ? [] : /\S+$/.exec(lines[0])!;
  const whose = database === undefined ? '' : ` of ${database}`;
  return new Problem('backup-unknown', `There is no full backup${whose} in the folder of backups.`, {
    where: { file: backupFolder },
    found: lines.length > 0 ? `the newest full backups of others\n${lines.join('\n')}` : NONE_FOUND(all),
    state: UNTOUCHED,
    next:
      example === undefined
        ? [
            'Take one: taskflow-db backup',
            'Or name the folder that they are in: "backupFolder", or the backup\'s own path.',
          ]
        : [`Name the one that is meant, in the place of "latest": ${example}`, 'All of them: taskflow-db backup list'],
  });
}

const NONE_FOUND = (all: readonly BackupPlace[]) => (all.length > 0 ? 'scoped backups only' : 'no backup at all');

const UNTOUCHED = 'Nothing was restored or changed.';

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function unknown(named: string, backupFolder: string, all: readonly BackupPlace[]): Problem {
  const newest = all.at(-1);
  return new Problem('backup-unknown', `There is no backup ${named}.`, {
    where: { file: backupFolder },
    ...(newest ? { found: `${all.length} others, such as ${newest.id}` } : { found: 'no backup at all' }),
    state: UNTOUCHED,
    next: ['See which backups there are: taskflow-db backup list'],
  });
}

function ambiguous(named: string, places: readonly BackupPlace[]): Problem {
  return new Problem('backup-unknown', `${named} is the beginning of several backups.`, {
    found: places.map(({ id, database }) => `${id} of ${database}`).join(', '),
    state: UNTOUCHED,
    next: ['Write more of its name.'],
  });
}
