import { findVersion } from '../migration/find-version.ts';
import { Problem } from '../problem/problem.ts';
import { assignNumbers } from './assign.ts';
import { type Choice, chooseMoves, twinsAmong } from './choose.ts';
import { inOrder, type RenumberFile, type Resolved } from './file.ts';

/** A file with another name. */
export interface Move {
  readonly from: string;
  readonly to: string;
  /** Path of the file as it is, as shown to people. */
  readonly file: string;
  /** Why, in words. */
  readonly why: string;
}

/** One word of a `Depends:` header. */
export interface ReferenceEdit {
  /** Path of the file as it is. */
  readonly file: string;
  /** From 1, and the UTF-16 offset in that line. */
  readonly line: number;
  readonly start: number;
  readonly before: string;
  readonly after: string;
}

export interface Decision {
  readonly moves: readonly Move[];
  readonly edits: readonly ReferenceEdit[];
  /** What was to come behind one that moves, is not known to be ours, and now comes before it. */
  readonly passed: readonly { readonly version: string; readonly by: string }[];
  /** Files that keep one number, and that no header puts in order: `migrate` refuses them where one of them is pending. */
  readonly twins: readonly (readonly string[])[];
}

export interface Question extends Choice {
  readonly files: readonly RenumberFile[];
  /** Versions on record whose files are gone: their numbers are taken. */
  readonly recorded: readonly { readonly version: string; readonly number: bigint }[];
}

/**
 * New numbers for the files that need them, and the headers that name these. Whatever was ordered by `Depends:`, and whatever
 * moves together, keeps its order. Throws `renumber-refused` with all that stands against it.
 */
export function decideRenumbering(question: Question): Decision {
  const { files, recorded } = question;
  const ordered = inOrder(files, recorded);
  const reasons = chooseMoves(ordered, question);
  const moving = ordered.filter(({ version }) => reasons.has(version));
  const staying = [...ordered.filter(({ version }) => !reasons.has(version)), ...recorded];
  const names = assignNumbers(moving, staying, spokenOf(files, recorded));
  const moves = moving
    .map(
      (one): Move => ({
        from: one.version,
        to: names.get(one.version)!,
        file: one.file,
        why: reasons.get(one.version)!,
      }),
    )
    .filter(({ from, to }) => from !== to);
  return {
    moves,
    edits: moving.flatMap((one) => editsOf(one, new Map(moves.map(({ from, to }) => [from, to])))),
    passed: passedOf(ordered, new Set(reasons.keys()), moves),
    twins: twinsAmong(ordered.filter(({ version, isAbsent }) => !reasons.has(version) && !isAbsent)),
  };
}

/** Versions that are there, lower case, and numbers and versions that a header names and nobody has. */
function spokenOf(files: readonly RenumberFile[], recorded: Question['recorded']): ReadonlySet<string> {
  const known = [...files, ...recorded];
  const named = files.flatMap(({ references }) => references.map(({ text }) => text));
  const dangling = [...new Set(named)].filter((text) => findVersion(known, text) instanceof Problem);
  const numbers = dangling.map((text) => (/^\d+$/.test(text) ? String(BigInt(text)) : text.toLowerCase()));
  return new Set([...known.map(({ version }) => version.toLowerCase()), ...numbers]);
}

function editsOf(file: Resolved, names: ReadonlyMap<string, string>): ReferenceEdit[] {
  return file.references.flatMap(({ text, line, start }, i) => {
    const to = names.get(file.depends[i]!);
    if (to === undefined) return [];
    const after = /^\d+$/.test(text) ? numberLike(text, to) : to;
    return [{ file: file.file, line, start, before: text, after }];
  });
}

/** A number is named by a number, as wide as it was. */
function numberLike(text: string, version: string): string {
  return String(BigInt(/^\d+/.exec(version)![0])).padStart(text.length, '0');
}

/** Each that stays and is still to be applied, with the first that has overtaken it. */
function passedOf(
  ordered: readonly Resolved[],
  moving: ReadonlySet<string>,
  moves: readonly Move[],
): Decision['passed'] {
  const moved = new Set(moves.map(({ from }) => from));
  const first = ordered.findIndex(({ version }) => moved.has(version));
  return ordered
    .slice(first < 0 ? ordered.length : first)
    .filter((one) => one.isToApply && !moving.has(one.version) && !one.kept)
    .map(({ version }) => ({ version, by: ordered[first]!.version }));
}
