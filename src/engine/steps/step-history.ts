import type { DonePart } from '../../plan/steps.ts';
import type { Row } from '../../postgres/row.ts';
import type { Control } from '../control.ts';
import type { Facts } from './probes/probe.ts';

/** What the audit trail tells of a version's steps since it was last applied or rolled back. */
export interface StepHistory {
  /** The step outside a transaction that was begun and not finished. */
  readonly underWay: StepUnderWay | undefined;
  /** What the last step that was finished says of everything up to it. */
  readonly done: DonePart | undefined;
  /** By target (see `workTarget`) of a step that is not finished: what the catalog said before its first try. */
  readonly firstFacts: ReadonlyMap<string, Facts>;
  /** Checksums of statements that the server refused in a transaction. */
  readonly outside: ReadonlySet<string>;
  readonly endBehindAddValue: boolean;
}

export interface StepUnderWay {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  readonly statement: string;
  readonly target: string;
  /** What the file's beginning is when the step is done. */
  readonly doneAfter: DonePart;
  /** The server process that ran it. */
  readonly backend: { readonly pid: string; readonly start: string | null };
  /** The server said that it failed: it is known not to be done, but may have left a half behind. */
  readonly failed: boolean;
}

const EVENTS = [
  'step_started',
  'step_finished',
  'step_checked',
  'planned_again',
  'failed',
  'rollback_failed',
  'repaired',
  'applied',
  'rolled_back',
];

export async function readStepHistory(control: Control, version: string): Promise<StepHistory> {
  const rows = await control.session.query(
    `SELECT event, detail FROM ${control.names.events} WHERE version = $1 AND event = ANY ($2::text[]) ORDER BY seq`,
    [version, `{${EVENTS.join(',')}}`],
  );
  return rows.reduce(told, NOTHING);
}

const NOTHING: StepHistory = {
  underWay: undefined,
  done: undefined,
  firstFacts: new Map(),
  outside: new Set(),
  endBehindAddValue: false,
};

type Detail = Readonly<Record<string, unknown>>;

function told(history: StepHistory, row: Row): StepHistory {
  const detail = JSON.parse(row.detail ?? '{}') as Detail;
  switch (row.event) {
    case 'step_started':
      return started(history, detail);
    case 'step_finished':
      return finished(history, detail);
    case 'step_checked':
      return detail.outcome === 'not done' ? knownFailed(history) : history;
    case 'failed':
    case 'rollback_failed':
      return isFailure(detail.sqlstate) ? knownFailed(history) : history;
    case 'planned_again':
      return plannedAgain(history, detail);
    case 'repaired':
      return repaired(history, detail);
    default:
      return NOTHING;
  }
}

function started(history: StepHistory, detail: Detail): StepHistory {
  const { before, ...underWay } = detail as unknown as StepUnderWay & { before: Facts };
  const firstFacts = new Map([[underWay.target, before], ...history.firstFacts]);
  return { ...history, underWay: { ...underWay, failed: false }, firstFacts };
}

/** What was there before this step is nothing to a later one on the same target: two indexes without a name on one table. */
function finished(history: StepHistory, detail: Detail): StepHistory {
  const firstFacts = new Map(history.firstFacts);
  if (history.underWay) firstFacts.delete(history.underWay.target);
  return { ...history, underWay: undefined, firstFacts, done: (detail.done as DonePart | undefined) ?? history.done };
}

/** Not where the server ended the session (class 57P): then it was cut off. */
function isFailure(sqlstate: unknown): boolean {
  return typeof sqlstate === 'string' && !sqlstate.startsWith('57P');
}

function knownFailed(history: StepHistory): StepHistory {
  return history.underWay ? { ...history, underWay: { ...history.underWay, failed: true } } : history;
}

function plannedAgain(history: StepHistory, { outside, endBehindAddValue }: Detail): StepHistory {
  return {
    ...history,
    outside: new Set([...history.outside, ...((outside ?? []) as string[])]),
    endBehindAddValue: history.endBehindAddValue || endBehindAddValue === true,
  };
}

/** `repair --step-done` writes a step_finished as well; other repairs settle the version as a whole. */
function repaired(history: StepHistory, { action }: Detail): StepHistory {
  if (action === 'step-not-done') return knownFailed(history);
  return action === 'step-done' || action === 'accept' ? history : NOTHING;
}
