import { count } from '../problem/quantity.ts';
import type { Style } from './style.ts';
import { visibleLine } from './visible.ts';
import { cut, wrap } from './width.ts';

interface Line {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

interface Fault {
  readonly detail: string;
  readonly kind: string;
}

/** What `renumber` did, or would do. */
export interface RenumberText {
  readonly moves: readonly {
    readonly file: string;
    readonly newFile: string;
    readonly to: string;
    readonly why: string;
  }[];
  readonly headers: readonly Line[];
  readonly mentions: readonly Line[];
  readonly manifests: readonly {
    readonly file: string;
    readonly state: 'created' | 'written' | 'unchanged';
    readonly mended: readonly Fault[];
    readonly left: readonly Fault[];
  }[];
  readonly passed: readonly { readonly version: string; readonly by: string }[];
  readonly twins: readonly (readonly string[])[];
  readonly unresolved: readonly {
    readonly file: string;
    readonly line: number;
    readonly text: string;
    readonly found: 'missing' | 'ambiguous';
    readonly meant: readonly string[];
  }[];
  readonly interrupted: 'undone' | 'finished' | null;
  readonly generated: readonly {
    readonly file: string;
    readonly command: string;
    readonly state: 'written' | 'stale';
    readonly why: string | null;
  }[];
}

interface Look {
  readonly width: number;
  readonly style: Style;
  readonly dryRun: boolean;
  /** Who was asked; undefined where nobody was to be. */
  readonly by?:
    | {
        readonly database: string | undefined;
        readonly branch: string | undefined;
        /** Nobody named the branch, nor is it one that everybody starts from. */
        readonly isGuess: boolean;
      }
    | undefined;
}

/** Every file and line that changes, then the summary. */
export function renumberLines(result: RenumberText, look: Look): string[] {
  const { moves, headers, mentions } = result;
  const parts = [
    moves.flatMap((move) => moveLines(move, look)),
    ...[...headers, ...mentions].map((line) => changedLines(line, look)),
    ...result.manifests.map((manifest) => manifestLines(manifest, look)),
    ...result.generated
      .filter(({ state }) => state === 'written')
      .map(({ file }) => [`${place(file, look)} is written anew`]),
  ].filter((lines) => lines.length > 0);
  return [...parts.flatMap((lines) => [...lines, '']), summary(result, look)];
}

function moveLines({ file, newFile, why }: RenumberText['moves'][number], { style, width }: Look): string[] {
  const name = newFile.slice(Math.max(newFile.lastIndexOf('/'), newFile.lastIndexOf('\\')) + 1);
  const heading = `${style.place(visibleLine(file))} -> ${style.strong(visibleLine(name))}`;
  return [heading, style.faint(wrap(visibleLine(`  ${why}`), width))];
}

function changedLines({ file, line, before, after }: Line, look: Look): string[] {
  const { style, width } = look;
  const shown = (text: string) => cut(visibleLine(text), width - 4);
  return [`${place(file, look)}:${line}`, style.bad(`  - ${shown(before)}`), style.good(`  + ${shown(after)}`)];
}

function place(file: string, { style }: Look): string {
  return style.place(visibleLine(file));
}

/** So many faults of a manifest are listed. */
const FAULTS_MAX = 10;

function manifestLines({ file, state, mended }: RenumberText['manifests'][number], look: Look): string[] {
  if (state === 'unchanged') return [];
  const { style, width } = look;
  const shown = mended.slice(0, FAULTS_MAX).map(({ detail }) => wrap(visibleLine(`  ${detail}`), width, '  '));
  const more = mended.length - shown.length;
  const heading = `${place(file, look)} ${mended.length > 0 ? manifestWord(mended) : `is ${state === 'created' ? 'made' : 'written anew'}`}`;
  return [heading, ...shown.map(style.faint), ...(more > 0 ? [style.faint(`  and ${more} more`)] : [])];
}

function manifestWord(mended: readonly Fault[]): string {
  const wasWrong = mended.some(({ kind }) => !RECORDED.has(kind));
  return wasWrong ? 'is mended; it was wrong:' : 'records the files as they are:';
}

/** What a folder looks like that was worked in. */
const RECORDED: ReadonlySet<string> = new Set(['changed', 'unrecorded']);

function summary(
  { moves, headers, mentions, manifests, generated }: RenumberText,
  { style, dryRun, width }: Look,
): string {
  const written = manifests.filter(({ state }) => state !== 'unchanged').length;
  const parts = [
    ...(moves.length > 0 ? [count(moves.length, 'file')] : []),
    ...(headers.length > 0 ? [count(headers.length, 'header')] : []),
    ...(mentions.length > 0 ? [count(mentions.length, 'mention')] : []),
    ...(written > 0 ? [count(written, 'manifest')] : []),
    ...(generated.some(({ state }) => state === 'written') ? ['the patch'] : []),
  ];
  if (parts.length === 0) return style.good('Nothing is to be changed.');
  const list = parts.join(', ');
  return wrap(dryRun ? `Would change: ${list}. Nothing was changed.` : style.good(`Changed: ${list}.`), width, '  ');
}

/** What is worth a sentence: who decided, what is left to do. */
export function renumberRemarks(result: RenumberText, look: Look): string[] {
  return [
    ...interruptedRemark(result),
    ...judgeRemark(result, look),
    ...twinsRemark(result, look),
    ...result.passed.map(
      ({ version, by }) =>
        `Note: ${version} was to come behind ${by}, and comes before it now: name it, too, if it needs that.`,
    ),
    ...result.manifests.flatMap(({ left }) =>
      left.map(({ kind, detail }) => `Warning: ${detail}${kind === 'gone' ? RESTORE : NOT_APPLIED}`),
    ),
    ...result.unresolved.map(unresolvedRemark),
    ...result.generated
      .filter(({ state }) => state === 'stale')
      .map(({ file, command, why }) => `Note: ${file} is stale${why === null ? '' : ` (${why})`}: ${command}`),
    ...conflictRemark(result, look),
  ];
}

const RESTORE = ': restore it from Git; its line stays. If it is gone for good: taskflow-db renumber --lock';
const NOT_APPLIED = ', and is not what was applied: restore it, or accept it by repair --accept.';

function unresolvedRemark({ file, line, text, found, meant }: RenumberText['unresolved'][number]): string {
  const head = `Warning: ${file}:${line} names ${text},`;
  if (found === 'ambiguous') return `${head} which may mean ${meant.join(' or ')}: write the whole version.`;
  const perhaps = meant.length > 0 ? ` Perhaps it is ${meant.join(' or ')} by now: correct the header.` : '';
  return `${head} which no file has: migrate will refuse it.${perhaps}`;
}

function interruptedRemark({ interrupted }: RenumberText): string[] {
  if (interrupted === null) return [];
  return interrupted === 'undone'
    ? ['A renumber that was killed has been taken back, before this one began.']
    : ['What a renumber that was killed had left to remove is removed.'];
}

const NOBODY = 'Nobody was asked what is applied, or what others have.';
const ASK = 'Name a database (--database), or the branch that everybody starts from: --since origin/main';

function judgeRemark({ moves }: RenumberText, { by }: Look): string[] {
  if (!by) return [];
  const { database, branch, isGuess } = by;
  if (!database && !branch) return [`${NOBODY} Nothing was moved; the manifests are as the files are.`, ASK];
  if (isGuess) return [`${NOBODY} Numbers are kept by what is committed.`, ASK];
  if (moves.length === 0) return [];
  const judges = [...(database ? [`what is applied to ${database}`] : []), ...(branch ? [`what ${branch} has`] : [])];
  return [`Numbers are kept by ${judges.join(', and ')}.`];
}

/** Where a branch was named, what it has is not for this one to settle. */
function twinsRemark({ twins }: RenumberText, { by }: Look): string[] {
  if (!by?.isGuess) return [];
  return twins.map(
    (own) =>
      `Note: ${own.join(' and ')} have one number, and migrate refuses that while one of them is pending. ` +
      `Move the one that no database has: taskflow-db renumber ${own.at(-1)}`,
  );
}

function conflictRemark({ manifests }: RenumberText, { dryRun }: Look): string[] {
  const mended = manifests.filter((one) => one.mended.some(({ kind }) => kind === 'conflict'));
  return dryRun ? [] : mended.map(({ file }) => `The conflict is mended; tell Git: git add ${folderOf(file)}`);
}

function folderOf(file: string): string {
  return file.replace(/[/\\][^/\\]*$/, '');
}
