import { createHash } from 'node:crypto';

const PREFIX = 'taskflow_restoring_';

/** The name of a database while a run loads a backup into it; `mark`: eight hexadecimal digits of that run. */
export function restoringName(mark: string): string {
  return `${PREFIX}${mark}_${hexOf(mark, 6)}`;
}

/** The mark of the run that made a database of this name; undefined where no run of ours did. */
export function markOfRestoring(name: string): string | undefined {
  const [, mark = ''] = /^taskflow_restoring_([0-9a-f]{8})_[0-9a-f]{6}$/.exec(name) ?? [];
  return name === restoringName(mark) ? mark : undefined;
}

export function restoringMark(runId: string): string {
  return hexOf(runId, 8);
}

/** PostgreSQL cuts longer names, at a whole character. */
const NAME_BYTES_MAX = 63;

/** A name with something behind it, its own part cut so far that both fit. */
export function nameWith(name: string, suffix: string): string {
  const room = NAME_BYTES_MAX - Buffer.byteLength(suffix);
  let kept = name;
  while (Buffer.byteLength(kept) > room) kept = [...kept].slice(0, -1).join('');
  return `${kept}${suffix}`;
}

/** `20261123t112233`, UTC, for names. */
export function stampOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
}

function hexOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
