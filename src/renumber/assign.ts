import type { Resolved } from './file.ts';

interface Version {
  readonly version: string;
  readonly number: bigint;
}

/** With three digits or more, as the highest of those that stay has. */
const WIDTH_MIN = 3;

/**
 * New versions for the files that move, which are in their order: behind all that stay, each with the next number that makes a
 * version nobody has or names. One that is behind them already stays as it is.
 */
export function assignNumbers(
  moving: readonly Resolved[],
  staying: readonly Version[],
  spoken: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const highest = staying.reduce<Version>((most, one) => (one.number > most.number ? one : most), NOTHING);
  const width = Math.max(WIDTH_MIN, digitsOf((highest === NOTHING ? moving[0] : highest)?.version ?? '').length);
  let last = highest.number;
  return new Map(
    moving.map((file) => {
      last = file.number > last ? file.number : nextNumber(last, file, width, spoken);
      return [file.version, file.number === last ? file.version : versionOf(file, last, width)];
    }),
  );
}

const NOTHING: Version = { version: '', number: 0n };

function nextNumber(last: bigint, file: Resolved, width: number, spoken: ReadonlySet<string>): bigint {
  let number = last + 1n;
  while (isSpoken(spoken, number, versionOf(file, number, width))) number++;
  return number;
}

/** Somebody has the version, or names the number without anybody having it: what he means is not to become another thing. */
function isSpoken(spoken: ReadonlySet<string>, number: bigint, version: string): boolean {
  return spoken.has(version.toLowerCase()) || spoken.has(String(number));
}

function versionOf({ version }: Resolved, number: bigint, width: number): string {
  return String(number).padStart(width, '0') + version.slice(digitsOf(version).length);
}

function digitsOf(version: string): string {
  return /^\d*/.exec(version)![0];
}
