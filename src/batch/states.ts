/** Where the run of a data migration stands. `-ing` is under way: a pausing run finishes its batch first. */
export const RUN_STATES = [
  'queued',
  'running',
  'pausing',
  'paused',
  'interrupted',
  'cancelled',
  'failed',
  'succeeded',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/**
 * What can happen to a run. People: pause, resume, cancel, retry, undo. Workers: start (one takes it up), settle (its batch is
 * done, and it stops as asked), fail, succeed, leave (the last one is gone: stopped, killed, or its lease has run out).
 */
export const RUN_EVENTS = [
  'start',
  'pause',
  'settle',
  'resume',
  'cancel',
  'leave',
  'fail',
  'succeed',
  'retry',
  'undo',
] as const;
export type RunEventName = (typeof RUN_EVENTS)[number];

/** One arrow of the table: what becomes of a run, and why. */
export interface Transition {
  readonly from: RunState;
  readonly event: RunEventName;
  readonly to: RunState;
  /** For people: it stands in the audit trail and beside buttons. */
  readonly reason: string;
}

const edge = (from: RunState, event: RunEventName, to: RunState, reason: string): Transition => ({
  from,
  event,
  to,
  reason,
});

const NEVER_COMMITS = 'a batch that is under way can no longer commit';
const GOES_ON = 'it goes on behind the last batch that was committed';
const TAKEN_BACK = 'the batches that were committed are taken back, in batches';

/** Every way from one state to another; what is not here cannot happen. */
export const TRANSITIONS: readonly Transition[] = [
  edge('queued', 'start', 'running', 'a worker has taken it up'),
  edge('queued', 'pause', 'paused', 'nobody is working on it'),
  edge('queued', 'cancel', 'cancelled', 'nobody is working on it'),

  edge('running', 'start', 'running', 'one more worker has joined'),
  edge('running', 'pause', 'pausing', 'each worker finishes its batch first'),
  edge('running', 'cancel', 'cancelled', NEVER_COMMITS),
  edge('running', 'leave', 'interrupted', 'its last worker is gone'),
  edge('running', 'fail', 'failed', 'a batch failed, also when it was tried again'),
  edge('running', 'succeed', 'succeeded', 'no row is left'),

  edge('pausing', 'settle', 'paused', 'the batches under way are done'),
  edge('pausing', 'leave', 'paused', 'its last worker is gone'),
  edge('pausing', 'resume', 'running', 'the workers have not stopped yet'),
  edge('pausing', 'cancel', 'cancelled', NEVER_COMMITS),
  edge('pausing', 'fail', 'failed', 'the last batch before the pause failed'),
  edge('pausing', 'succeed', 'succeeded', 'the last batch before the pause was the last of all'),

  edge('paused', 'resume', 'queued', 'the next worker takes it up'),
  edge('paused', 'cancel', 'cancelled', 'nobody is working on it'),
  edge('paused', 'undo', 'queued', TAKEN_BACK),

  edge('interrupted', 'start', 'running', GOES_ON),
  edge('interrupted', 'pause', 'paused', 'nobody is working on it'),
  edge('interrupted', 'cancel', 'cancelled', 'nobody is working on it'),
  edge('interrupted', 'undo', 'queued', TAKEN_BACK),

  edge('cancelled', 'retry', 'queued', GOES_ON),
  edge('cancelled', 'undo', 'queued', TAKEN_BACK),

  edge('failed', 'retry', 'queued', GOES_ON),
  edge('failed', 'cancel', 'cancelled', 'nobody is working on it'),
  edge('failed', 'undo', 'queued', TAKEN_BACK),

  edge('succeeded', 'undo', 'queued', TAKEN_BACK),
];

/** What that event makes of a run in that state; undefined where it cannot happen. */
export function transition(state: RunState, event: RunEventName): Transition | undefined {
  return TRANSITIONS.find((one) => one.from === state && one.event === event);
}

/** What can happen to a run in that state, in the order of the table: which commands and buttons there are. */
export function possibleEvents(state: RunState): RunEventName[] {
  return TRANSITIONS.filter((one) => one.from === state).map((one) => one.event);
}

/** Nothing happens to it any more until a person asks for it. */
export function isAtRest(state: RunState): boolean {
  return !possibleEvents(state).some((event) => event === 'start' || event === 'settle');
}
