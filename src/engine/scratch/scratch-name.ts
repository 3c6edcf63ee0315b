import { createHash } from 'node:crypto';

/** What all scratch databases and roles of one run have in their names: eight hexadecimal digits. */
export type RunMark = string;

const PREFIX = 'taskflow_scratch_';

export function runMarkOf(runId: string): RunMark {
  return hexOf(runId, 8);
}

/**
 * The name of a run's n-th scratch database. It ends with a check over the rest, so that a database of somebody else is
 * never taken for one of ours, whatever it is called.
 */
export function scratchName(mark: RunMark, n: number): string {
  const name = `${PREFIX}${mark}_${n}`;
  return `${name}_${hexOf(name, 6)}`;
}

/** The run that made the database of this name; undefined where no run of ours did. */
export function runOfName(name: string): RunMark | undefined {
  const [, mark, n] = /^taskflow_scratch_([0-9a-f]{8})_([0-9]{1,9})_[0-9a-f]{6}$/.exec(name) ?? [];
  return mark !== undefined && name === scratchName(mark, Number(n)) ? mark : undefined;
}

/** The second key of the advisory lock that the run's keeper holds: the mark as a signed integer of 32 bits. */
export function lockKeyOf(mark: RunMark): number {
  return Number.parseInt(mark, 16) | 0;
}

/** Its first key: the letters `tfsc`. */
export const LOCK_CLASS = 0x74_66_73_63;

function hexOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
