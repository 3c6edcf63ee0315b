import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import type { FileChange } from '../../files/change-set.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { readUnchanged, withRegularFile } from '../../files/regular-file.ts';
import type { ManifestEntry } from '../../manifest/manifest.ts';
import { checksumOf } from '../../migration/checksum.ts';
import { withoutEnding } from '../../migration/filename.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { replacedVersions } from '../../plan/squash.ts';
import { Problem } from '../../problem/problem.ts';
import { type Decision, decideRenumbering, type Move, type Question } from '../../renumber/decide.ts';
import { entriesOf } from '../manifest/manifest-file.ts';
import { type DocumentPlaces, documentsNaming } from './documents.ts';
import { editHeaders, type LineChange } from './edit-headers.ts';
import type { ManifestOutcome } from './manifests.ts';
import { manifestFor } from './manifests.ts';
import { type Asked, questionFor } from './question.ts';
import { type UnresolvedHeader, unresolvedHeaders } from './unresolved.ts';

export interface RenumberRequest extends Asked {
  /** Files and folders where mentions are mended, besides what lies beside the migrations. */
  readonly mentions: readonly string[];
  /** Only write every manifest anew, also where there is none. */
  readonly lock: boolean;
}

/** All that changes, before anything is changed. */
export interface Renumbering {
  readonly moves: readonly (Move & { readonly newFile: string })[];
  readonly headers: readonly ChangedLine[];
  readonly mentions: readonly ChangedLine[];
  readonly manifests: readonly ManifestOutcome[];
  /** Versions, as they were, whose files have another name or content. */
  readonly touched: readonly string[];
  readonly passed: Decision['passed'];
  /** Where no database was asked: twins that stay so. */
  readonly twins: Decision['twins'];
  /** Headers that name what is not there, or may mean several. */
  readonly unresolved: readonly UnresolvedHeader[];
  /** To be made together, or none of them. */
  readonly changes: readonly FileChange[];
}

export interface ChangedLine extends LineChange {
  readonly file: string;
}

/**
 * Decides what is renumbered, and what else has to change with it. Nothing is written. Problem `renumber-refused` where a file that
 * has to move keeps its name, `manifest` where a manifest cannot be read, `catalogue` where a folder cannot.
 */
export function planRenumbering(request: RenumberRequest): Renumbering {
  const { folders, cwd } = request;
  const files = readable(() => refuseComplaints(readFolders(folders, cwd)));
  const question = request.lock ? undefined : questionFor(files, request);
  const decision = question ? decided(question, request) : NOTHING;
  const touched = files.flatMap((file) => touchedFile(file, decision, cwd) ?? []);
  const names = new Map(decision.moves.map(({ from, to }) => [from, to]));
  const places: DocumentPlaces = { folders, mentions: request.mentions, cwd };
  const documents = documentsNaming(names, places);
  const manifests = readable(() => manifestsFor(files, touched, request));
  return {
    moves: decision.moves.map((move) => ({ ...move, newFile: join(dirname(move.file), move.to + extname(move.file)) })),
    headers: touched.flatMap(({ newFile, lines }) => lines.map((line) => ({ file: newFile, ...line }))),
    mentions: documents.flatMap(({ file, mentions }) => mentions.map((mention) => ({ file, ...mention }))),
    manifests: manifests.map(({ outcome }) => outcome),
    touched: touched.map(({ file }) => file.version),
    passed: decision.passed,
    twins: request.database ? [] : decision.twins,
    unresolved: question
      ? unresolvedHeaders(question.files, reconcile(files, request.database?.entries ?? []), {
          version: (one) => names.get(one) ?? one,
          file: (one) => touched.find(({ file }) => file.file === one)?.newFile ?? one,
        })
      : [],
    changes: [
      ...touched.map(({ change }) => change),
      ...manifests.flatMap(({ change }) => change ?? []),
      ...documents.map(({ change }) => change),
    ],
  };
}

/** Nothing is moved by guess: a file may be applied somewhere. */
function decided(question: Question, { database, branch }: RenumberRequest): Decision {
  return database || branch ? decideRenumbering(question) : NOTHING;
}

/** Where only the manifests are written. */
const NOTHING: Decision = { moves: [], edits: [], passed: [], twins: [] };

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Problem ? error.with({ state: 'Nothing was changed.' }) : error;
  }
}

interface TouchedFile {
  readonly file: MigrationFile;
  readonly newFile: string;
  readonly lines: readonly LineChange[];
  readonly change: FileChange;
  /** As it will be recorded. */
  readonly entry: ManifestEntry;
}

function touchedFile(file: MigrationFile, { moves, edits }: Decision, cwd: string): TouchedFile | undefined {
  const move = moves.find(({ from }) => from === file.version);
  const own = edits.filter((edit) => edit.file === file.file);
  if (!move && own.length === 0) return undefined;
  const path = resolve(cwd, file.file);
  const name = (move?.to ?? file.version) + extname(file.file);
  const to = join(dirname(path), name);
  const newFile = join(dirname(file.file), name);
  const edited = own.length > 0 ? edit(path, file.file, own) : undefined;
  const entry = { name, checksum: edited ? checksumOf(edited.content) : file.checksum };
  const texts = edited ? { content: edited.content, before: edited.before } : undefined;
  const moved: FileChange = { kind: 'move', path, to, shown: file.file, shownTo: newFile, ...texts };
  const change: FileChange = move || !texts ? moved : { kind: 'replace', path, shown: file.file, ...texts };
  return { file, newFile, lines: edited?.lines ?? [], entry, change };
}

function edit(path: string, shown: string, edits: Decision['edits']) {
  const before = withRegularFile(path, shown, (descriptor, size) => readUnchanged(descriptor, size, shown));
  return { before, ...editHeaders(before, edits) };
}

function manifestsFor(files: readonly MigrationFile[], touched: readonly TouchedFile[], request: RenumberRequest) {
  const { folders, cwd, lock, database } = request;
  const entries = new Map(touched.map(({ file, entry }) => [resolve(cwd, file.file), entry]));
  const modified = new Set(
    reconcile(files, database?.entries ?? []).flatMap(({ state, file }) =>
      state === 'modified' && file ? [file] : [],
    ),
  );
  return folders.flatMap((folder) => {
    const before = entriesOf(files, folder, cwd);
    const after = before.map((entry) => entries.get(join(folder, entry.name)) ?? entry);
    const names = new Set([...modified].map(({ file }) => relative(folder, resolve(cwd, file))));
    const missed = missedIn(folder, files, request);
    return manifestFor({ folder, cwd, before, after, modified: names, missed }, lock) ?? [];
  });
}

/** Files that are not here, while a database or the branch has them; what a squash stands for is elsewhere. */
function missedIn(
  folder: string,
  files: readonly MigrationFile[],
  { database, branch }: RenumberRequest,
): Map<string, string> {
  const here = new Set(files.map(({ version }) => version));
  const replaced = replacedVersions(files);
  const onBranch = [...(branch?.files ?? [])].filter((path) => dirname(path) === folder).map((path) => basename(path));
  const applied = reconcile(files, database?.entries ?? []).filter(({ state }) => state === 'missing');
  const missed = [
    ...onBranch.map((name): [string, string] => [name, `is on ${branch?.said}`]),
    ...applied.map(({ version }): [string, string] => [`${version}.sql`, `is applied to ${database?.database}`]),
  ];
  const versionOf = withoutEnding;
  return new Map(missed.filter(([name]) => !here.has(versionOf(name)) && !replaced.has(versionOf(name))));
}
