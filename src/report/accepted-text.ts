import type { AcceptedChange } from '../catalog/accepted.ts';
import { changesText } from '../catalog/change-text.ts';
import { count } from '../problem/quantity.ts';
import { visibleLine } from './visible.ts';

/** Of one decision; all of them are in `--json`. */
const NAMED_MAX = 10;

/** A line for each decision: how much it covers, who made it, when and why, and what it covers. */
export function acceptedLines(accepted: readonly AcceptedChange[]): string[] {
  const decisions = new Map(accepted.map((one) => [one.accepted.seq, one.accepted]));
  return [...decisions.values()].map(({ seq, at, by, reason }) => {
    const covered = accepted.filter((one) => one.accepted.seq === seq);
    const line = `${count(covered.length, 'difference')} accepted on record by ${by}, ${at.slice(0, 10)} (${reason})`;
    return visibleLine(`${line}: ${changesText(covered, NAMED_MAX)}`);
  });
}
