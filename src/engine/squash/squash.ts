import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Change } from '../../catalog/compare.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { changedMeanwhile } from '../../files/regular-file.ts';
import { isUnfinished, type SquashFiles } from '../../files/squash-files.ts';
import { checksumOf } from '../../migration/checksum.ts';
import { type FileName, parseFileName } from '../../migration/filename.ts';
import type { Migration } from '../../migration/migration.ts';
import { newFileName } from '../../migration/template.ts';
import type { LedgerEntry } from '../../plan/ledger-entry.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { resolveVersion } from '../../plan/resolve-version.ts';
import { archiveOf } from '../../plan/squash-complaints.ts';
import { Problem } from '../../problem/problem.ts';
import { writeWhole } from '../../script/whole.ts';
import { readSeeds } from '../generated/seeds.ts';
import { fileOfText } from '../schema/file-of-text.ts';
import { readSchema } from '../schema/read-schema.ts';
import { FOR_SCRIPTS } from '../schema/write-script.ts';
import { replay } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { type Chosen, chooseFolded, refuseUnapplied } from './choose.ts';
import { refuseOtherBody, withDepends } from './kept.ts';
import { manifestsFor } from './manifests.ts';
import { type Compared, compareBoth } from './proof.ts';
import { beyondOf, squashText } from './text.ts';

export interface SquashOptions {
  readonly to: string;
  /** Of the new file, behind the number. */
  readonly name: string;
  /** Today, YYYY-MM-DD. */
  readonly date: string;
  readonly directories: readonly string[];
  readonly cwd: string;
  readonly searchPath: string | undefined;
  /** The database that the migrations are for, where one is named. */
  readonly target: { readonly database: string; readonly entries: readonly LedgerEntry[] } | undefined;
}

/** A squash as it would be written, and what was proven of it. */
export interface Squash {
  readonly version: string;
  /** As people see the paths. */
  readonly file: string;
  readonly archive: string;
  readonly text: string;
  readonly folded: readonly string[];
  readonly kept: readonly KeptFile[];
  /** The folded files against the squash. */
  readonly proof: Compared;
  /** The same behind all the other files; undefined where there are none. */
  readonly later:
    | (Compared & {
        readonly migrations: number;
        readonly skipped: readonly string[];
        /** Columns whose NOT NULL has another name. */
        readonly names: readonly string[];
      })
    | undefined;
  readonly equal: boolean;
  readonly notes: readonly string[];
  readonly files: SquashFiles;
}

/** A file that stays one of its own, behind the squash. */
export interface KeptFile {
  readonly version: string;
  readonly file: string;
  readonly extensions: readonly string[];
  /** Its new header; null where it depends on something that is folded already. */
  readonly header: string | null;
}

/**
 * Folds every migration up to `to` into one file and proves on scratch databases that it makes the same. Writes nothing: see
 * writeSquash. Problem `squash-refused` where they cannot be folded.
 */
export async function makeSquash(scratch: Scratch, options: SquashOptions): Promise<Squash> {
  const { directories, cwd, searchPath, target } = options;
  const files = refuseComplaints(readFolders(directories, cwd));
  const to = resolveVersion(files, options.to);
  const chosen = await chooseFolded(files, to, { serverVersionNum: scratch.server.versionNum, searchPath });
  if (target) refuseUnapplied(files, chosen.folded, target);
  const place = placeOf(files, to, options);
  const [empty, before] = [await scratch.create(), await scratch.create()];
  await replay(scratch, empty, []);
  await replay(scratch, before, sourcesOf(files, chosen));
  const text = await textOf(empty, before, chosen, place, options.date);
  const squash = fileOfText(place.named, place.file, text.text);
  const after = await scratch.create(empty);
  await replay(scratch, after, [squash]);
  const proof = await compareBoth(scratch, before, after);
  const kept = keptFiles(chosen, squash, cwd);
  const others = othersOf(files, chosen, kept);
  const isSame = sameOf(proof) && proof.orders.length === 0;
  const later = isSame
    ? await laterOf(scratch, [before, files], [after, [squash, ...others]], others.length)
    : undefined;
  const orderMatters = chosen.kept.length === 0 && (later?.orders.length ?? 0) > 0;
  const folded = chosen.folded.map(({ version }) => version);
  return {
    version: place.named.version,
    file: place.file,
    archive: place.archive,
    text: text.text,
    folded,
    kept: kept.map(({ told }) => told),
    proof,
    later,
    equal: isSame && (later === undefined || sameOf(later)) && !orderMatters,
    notes: [...text.notes, ...notesOf(chosen, later)],
    files: filesOf(place, text.text, chosen, kept, options),
  };
}

function filesOf(
  place: Place,
  text: string,
  chosen: Chosen,
  kept: readonly Kept[],
  { directories, cwd }: SquashOptions,
): SquashFiles {
  const folded = chosen.folded.map(({ migration }) => asHashed(migration, cwd));
  const headers = kept.flatMap(({ path, text: own }) => (own === undefined ? [] : [{ path, text: own }]));
  const files: SquashFiles = {
    path: resolve(cwd, place.file),
    text,
    archive: resolve(cwd, place.archive),
    readme: readmeOf(
      place.named.version,
      chosen.folded.map(({ version }) => version),
    ),
    folded,
    kept: headers,
  };
  return { ...files, kept: [...headers, ...manifestsFor(files, directories, cwd)] };
}

/** What goes to the archive is what was folded. */
function asHashed({ file, checksum }: Migration, cwd: string): SquashFiles['folded'][number] {
  const path = resolve(cwd, file);
  const bytes = readFileSync(path);
  if (checksumOf(bytes) !== checksum) throw changedMeanwhile(file);
  return { path, bytes };
}

function sameOf({ changes, rowChanges }: Compared): boolean {
  return changes.length === 0 && rowChanges.length === 0;
}

interface Place {
  readonly named: FileName;
  readonly file: string;
  readonly archive: string;
}

/** Beside the last file that is folded, with its number. */
function placeOf(files: readonly MigrationFile[], to: string, { name, cwd }: SquashOptions): Place {
  const digits = /^\d+/.exec(to)?.[0] ?? '';
  const stem = newFileName([], name).replace(/^\d+_(.*)\.sql$/, `${digits}_$1`);
  const named = parseFileName(`${stem}.sql`);
  if (named instanceof Problem) throw named;
  const folder = dirname(resolve(cwd, files.find(({ version }) => version === to)!.file));
  const file = relative(cwd, join(folder, `${stem}.sql`));
  const archive = archiveOf(file);
  const path = resolve(cwd, archive);
  const taken = files.some(({ version }) => version === stem) ? file : archive;
  if (taken === file || (existsSync(path) && !isUnfinished(path))) {
    throw new Problem('squash-refused', `there is a ${taken} already`, {
      where: { file: taken },
      state: 'Nothing was written.',
      next: ['Give the squash another name: --name NAME'],
    });
  }
  return { named, file, archive };
}

function sourcesOf(files: readonly MigrationFile[], { folded }: Chosen): MigrationFile[] {
  const versions = new Set(folded.map(({ version }) => version));
  return files.filter(({ version }) => versions.has(version));
}

async function textOf(
  empty: ScratchDatabase,
  before: ScratchDatabase,
  { folded }: Chosen,
  place: Place,
  date: string,
): Promise<{ text: string; notes: string[] }> {
  const nothing = await readSchema(empty.engine, FOR_SCRIPTS);
  const { schema } = await readSchema(before.engine, FOR_SCRIPTS);
  const whole = writeWhole(nothing.schema, schema);
  const hasRoutines = schema.objects.some(({ type }) => type === 'function' || type === 'procedure');
  const migrations = folded.map(({ migration }) => migration);
  const archive = relative(dirname(place.file), place.archive);
  const text = squashText({ folded: migrations, date, archive, hasRoutines }, whole, await readSeeds(before));
  if (text === undefined) throw madeNothing();
  return { text, notes: whole.notWritten.map(({ type, name, why }) => `cannot write: ${type} ${name}: ${why}`) };
}

function madeNothing(): Problem {
  return new Problem('squash-refused', 'these migrations make nothing that a file could make', {
    state: 'Nothing was written.',
  });
}

interface Kept {
  readonly told: KeptFile;
  readonly path: string;
  /** Undefined where it stays as it is. */
  readonly text: string | undefined;
  readonly source: MigrationFile;
}

function keptFiles({ folded, kept }: Chosen, squash: MigrationFile, cwd: string): Kept[] {
  const inSquash = new Set(folded.map(({ version }) => version));
  return kept.map(({ version, migration, depends, extensions, status }) => {
    const path = resolve(cwd, migration.file);
    const source = status.file!;
    const { file } = source;
    if (depends.some((one) => inSquash.has(one)))
      return { told: { version, file, extensions, header: null }, path, text: undefined, source };
    const text = withDepends(migration, readFileSync(path, 'utf8'), squash.version);
    const edited = fileOfText({ version, number: source.number, name: source.name }, file, text);
    refuseOtherBody(migration, edited.load(), squash.version);
    return {
      told: { version, file, extensions, header: `-- Depends: ${squash.version}` },
      path,
      text,
      source: edited,
    };
  });
}

/** What runs behind the squash. */
function othersOf(
  files: readonly MigrationFile[],
  { folded, kept }: Chosen,
  edited: readonly Kept[],
): readonly MigrationFile[] {
  const gone = new Set([...folded, ...kept].map(({ version }) => version));
  return [...edited.map(({ source }) => source), ...files.filter(({ version }) => !gone.has(version))];
}

type Side = readonly [database: ScratchDatabase, files: readonly MigrationFile[]];

async function laterOf(scratch: Scratch, before: Side, after: Side, migrations: number): Promise<Squash['later']> {
  if (migrations === 0) return undefined;
  await replay(scratch, ...before);
  const skipped = (await replay(scratch, ...after)).map(({ version }) => version);
  const compared = await compareBoth(scratch, before[0], after[0]);
  const [names, changes] = [
    compared.changes.filter(isNameOfNotNull),
    compared.changes.filter((one) => !isNameOfNotNull(one)),
  ];
  return {
    ...compared,
    changes,
    names: names.map(({ name }) => name),
    migrations: migrations - skipped.length,
    skipped,
  };
}

/**
 * From 18 on NOT NULL has a name. What a partition inherits it by is its parent's, which no catalog of the folded state shows as
 * a property of the partition, and the partition keeps when it is detached later. Files that name it would fail.
 */
function isNameOfNotNull({ kind, detail }: Change): boolean {
  return kind === 'changed' && Object.keys(detail).every((property) => property === 'not null name');
}

function notesOf({ folded }: Chosen, later: Squash['later']): string[] {
  const migrations = folded.map(({ migration }) => migration);
  const having = (has: (one: Migration) => boolean) => migrations.filter(has).map(({ version }) => version);
  const verified = having(({ verify }) => verify.length > 0);
  const data = having(({ headers }) => Object.keys(headers.data).length > 0);
  const beyond = having((one) => beyondOf([one]).length > 0);
  return [
    ...(beyond.length === 0
      ? []
      : [`taken over as they are, and not tried: what acts beyond the database, of ${beyond.join(', ')}`]),
    ...(verified.length === 0 ? [] : [`VERIFY sections that are only in the archive now: ${verified.join(', ')}`]),
    ...(data.length === 0 ? [] : [`data migrations that are only in the archive now: ${data.join(', ')}`]),
    ...(later && later.skipped.length > 0
      ? [`not tried behind it, since the scratch server has not what they require: ${later.skipped.join(', ')}`]
      : []),
    ...(later && later.names.length > 0
      ? [`their NOT NULL has another name in new databases: ${later.names.join(', ')}`]
      : []),
    ...(later && later.orders.length > 0
      ? [`columns stand in another order in new databases: ${later.orders.join(', ')}`]
      : []),
  ];
}

function readmeOf(version: string, folded: readonly string[]): string {
  const list = folded.map((one) => `- ${one}\n`).join('');
  return `# What ${version} stands for

These migrations were folded into \`${version}.sql\` by \`taskflow-db squash\`, and are here as they were. The tool does not
read this folder by itself. A database that has all of them has ${version}; one that has only some of them gets the others by

    taskflow-db migrate --dir THIS_FOLDER

in this order:

${list}`;
}
