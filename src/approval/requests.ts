import type { ActionChoice, PlannedAction } from './action.ts';
import { hashOfAction } from './action-hash.ts';
import type { Person } from './person.ts';
import { readAction, readChoice } from './read-action.ts';
import { type Decision, decided, type RequestState } from './states.ts';

/** An event of the audit trail that is about approvals, or one of DONE_EVENTS. */
export interface ApprovalEvent {
  readonly seq: number;
  /** ISO 8601 in UTC, by the server's clock. */
  readonly at: string;
  readonly event: string;
  /** The role that has logged in. */
  readonly actor: string;
  readonly runId: string | null;
  readonly detail: unknown;
}

/** A decision on a request, or its use. */
export interface Decided {
  /** Position of its event. */
  readonly seq: number;
  readonly at: string;
  readonly by: Person;
  /** Why; null where nothing was said. */
  readonly comment: string | null;
  readonly runId: string | null;
}

/** A plan that somebody has asked for, and what has become of that. */
export interface ApprovalRequest {
  /** Position of its event in the audit trail. */
  readonly seq: number;
  readonly hash: string;
  readonly plan: PlannedAction;
  readonly choice: ActionChoice;
  readonly at: string;
  readonly by: Person;
  readonly comment: string | null;
  readonly state: RequestState;
  readonly approved: Decided | null;
  /** Until when it may be used: of what is or was approved. */
  readonly until: string | null;
  /** The last run that has begun with it: while that has done nothing, another one may begin. */
  readonly begun: Decided | null;
  /** What has ended it. */
  readonly ended: Decided | null;
}

/** The events, in the order of their time, and what each of them decides; the first asks. */
export const APPROVAL_EVENTS: Readonly<Record<string, Decision | 'ask'>> = {
  approval_requested: 'ask',
  approved: 'approve',
  approval_rejected: 'reject',
  approval_revoked: 'revoke',
  approval_used: 'use',
};

/**
 * What a run does, by its events: once there is one of these, the approval that the run has begun with is spent. Whatever else a
 * run has on record was rolled back, or is a step outside a transaction that the next run of the same plan finds and completes.
 */
export const DONE_EVENTS: readonly string[] = [
  'applied',
  'rolled_back',
  'step_finished',
  'data_queued',
  'data_started',
  'data_resumed',
];

type Building = { -readonly [Name in keyof ApprovalRequest]: ApprovalRequest[Name] };
type Detail = Readonly<Record<string, unknown>>;

/**
 * All requests, the oldest first, as the trail tells them. What is not possible in the state that a request is in by then
 * changes nothing: of two who decide at the same time the first counts. `now`: as ApprovalEvent.at.
 */
export function requestsOf(events: readonly ApprovalEvent[], now: string): ApprovalRequest[] {
  const bySeq = new Map<number, Building>();
  for (const event of events) {
    if (DONE_EVENTS.includes(event.event)) {
      for (const request of bySeq.values()) finish(request, event);
      continue;
    }
    const decision = Object.hasOwn(APPROVAL_EVENTS, event.event) ? APPROVAL_EVENTS[event.event] : undefined;
    if (decision === 'ask') {
      const asked = requestOf(event);
      if (asked) bySeq.set(event.seq, asked);
      continue;
    }
    const { request, hash } = detailOf(event);
    const about = typeof request === 'number' ? bySeq.get(request) : undefined;
    if (decision && about && about.hash === hash) decide(about, decision, event);
  }
  return [...bySeq.values()].map((one) => atTime(one, now));
}

function decide(request: Building, decision: Decision, event: ApprovalEvent): void {
  const detail = detailOf(event);
  // What was used behind its time was used: the trail says so, and the guard of that run has let it.
  const to = decided(request.state, decision);
  const by = personOf(event, detail);
  if (!to || !by) return;
  const { seq, at, runId } = event;
  const made: Decided = { seq, at, by, comment: textOf(detail.reason), runId };
  request.state = to;
  if (decision === 'use') {
    request.begun = made;
    return;
  }
  if (decision !== 'approve') {
    request.ended = made;
    return;
  }
  request.approved = made;
  request.until = later(at, typeof detail.hours === 'number' ? detail.hours : 0);
}

/** Its run has done something. */
function finish(request: Building, { runId }: ApprovalEvent): void {
  if (runId === null || request.begun?.runId !== runId) return;
  const to = decided(request.state, 'do');
  if (!to) return;
  request.state = to;
  request.ended = request.begun;
}

function atTime(request: Building, now: string): ApprovalRequest {
  const isOver = request.state === 'approved' && Date.parse(now) >= Date.parse(request.until ?? now);
  return isOver ? { ...request, state: 'expired' } : request;
}

/** A request whose hash is not that of its plan is none: somebody has written it by hand. */
function requestOf(event: ApprovalEvent): Building | undefined {
  const detail = detailOf(event);
  const plan = readAction(detail.plan);
  const choice = plan && readChoice(detail.choice, plan.action);
  const by = personOf(event, detail);
  if (!plan || !choice || !by || hashOfAction(plan) !== detail.hash) return undefined;
  const { seq, at } = event;
  const open = { state: 'requested', approved: null, until: null, begun: null, ended: null } as const;
  return { seq, hash: detail.hash, plan, choice, at, by, comment: textOf(detail.reason), ...open };
}

function personOf({ actor }: ApprovalEvent, { by, via }: Detail): Person | undefined {
  if (typeof by !== 'string' || by.trim() === '') return undefined;
  return { name: by, role: actor, via: via === 'console' || via === 'library' ? via : 'cli' };
}

function detailOf({ detail }: ApprovalEvent): Detail {
  return typeof detail === 'object' && detail !== null && !Array.isArray(detail) ? (detail as Detail) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** More would be no time that a Date knows. */
const HOURS_MAX = 24 * 365;

function later(at: string, hours: number): string {
  const ms = Date.parse(at) + Math.min(Math.max(hours, 0), HOURS_MAX) * 3_600_000;
  return Number.isNaN(ms) ? at : new Date(ms).toISOString();
}
