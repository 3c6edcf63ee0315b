import { formatDuration } from '../../problem/quantity.ts';
import { blockerText } from '../../report/blocker.ts';
import type { OpenRange } from '../data/read-ranges.ts';
import type { DataStatus } from '../data/show.ts';
import type { Waiting } from '../locks/look.ts';

/** What is known of a run at the moment of looking. */
export interface Standing {
  readonly run: DataStatus;
  readonly ranges: readonly OpenRange[];
  /** What the batches of its workers wait for. */
  readonly waits: readonly Waiting[];
  /** Since the last batch was committed; null: none was. */
  readonly sinceBatchMs: number | null;
}

/** Why a run stands where it stands, in a sentence: nobody should have to guess why a bar does not move. */
export function standingText(standing: Standing): string {
  const { run } = standing;
  switch (run.state) {
    case 'queued':
      return run.background
        ? 'Nobody works at it: data run takes it up, on any machine.'
        : 'Nobody works at it: the next migrate or data run takes it up.';
    case 'running':
      return runningText(standing);
    case 'pausing':
      return 'Each worker finishes the batch that it is at.';
    case 'paused':
      return `Paused by ${run.updatedBy}. Nobody goes on with it until it is resumed.`;
    case 'interrupted':
      return interruptedText(standing);
    case 'cancelled':
      return `Cancelled by ${run.updatedBy}. What was committed stays; a retry goes on behind the last batch.`;
    case 'failed':
      return 'Failed. What was committed stays; a retry goes on behind the last batch.';
    case 'succeeded':
      return 'Done.';
  }
}

/** So long after its last batch a run that is neither held nor waiting is said to be at a long one. */
const LONG_MS = 2000;

function runningText({ run, ranges, waits, sinceBatchMs }: Standing): string {
  if (run.throttle !== null) return run.throttle;
  const [wait] = waits;
  if (wait) return waitText(wait);
  const open = Math.max(0, ...ranges.map(({ transactionMs }) => transactionMs ?? 0));
  if (ranges.some(({ kind, lease }) => kind === 'finish' && lease === 'held'))
    return 'All rows are gone through: it is analyzed, verified and recorded.';
  if (open >= LONG_MS) return `The batch under way has taken ${formatDuration(open)} so far.`;
  if (sinceBatchMs === null) return 'The first batch is under way.';
  return `At work: the last batch was committed ${formatDuration(sinceBatchMs)} ago.`;
}

function waitText({ relation, mode, blockers }: Waiting): string {
  const what = relation ? `${mode} on ${relation.name}` : 'a row or a transaction of somebody else';
  const [first] = blockers;
  return `The batch under way waits for ${what}${first ? `: ${blockerText(first)}` : ''}.`;
}

function interruptedText({ run, ranges }: Standing): string {
  const next = run.background ? 'data run' : 'migrate or data run';
  const goesOn = `The next ${next} goes on behind its last batch.`;
  const left = ranges.filter(({ lease }) => lease === 'expired' || lease === 'gone');
  if (left.some(({ lease }) => lease === 'expired'))
    return `Interrupted: the lease of its worker has expired. ${goesOn}`;
  if (left.length > 0) return `Interrupted: the server process of its worker has ended. ${goesOn}`;
  return `Interrupted: its workers have stopped. ${goesOn}`;
}
