import { type ActionChoice, isIdle, type PlannedAction } from '../../approval/action.ts';
import { hashOfAction } from '../../approval/action-hash.ts';
import { choiceFlags } from '../../approval/choice-flags.ts';
import { isCovered } from '../../approval/covered.ts';
import { whatMovedSince } from '../../approval/moved.ts';
import { type IdentifiedBy, type Person, personText } from '../../approval/person.ts';
import { type ApprovalRequest, DONE_EVENTS } from '../../approval/requests.ts';
import { isOpen } from '../../approval/states.ts';
import { stateText, whyNotUse } from '../../approval/verdict.ts';
import { eventItem } from '../../ledger/write.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import { reliably } from '../runner/reconnect.ts';
import { arrayOf, readRequests } from './read-requests.ts';
import { approvalRules, personOf, rememberRules } from './rules.ts';

/**
 * The approval that a run of exactly this plan may begin with; undefined where it runs nothing. Problem `approval-needed`, which
 * names the plan's hash, where there is none by another person that still holds. Nothing is written. `choice`: how to ask for it.
 */
export async function approvalFor(
  engine: Engine,
  control: Control,
  action: PlannedAction,
  choice: ActionChoice,
): Promise<ApprovalRequest | undefined> {
  if (isIdle(action)) return undefined;
  const requests = await readRequests(control);
  if (isGoingOn(action, requests)) return undefined;
  const hash = hashOfAction(action);
  const runner = personOf(engine, control);
  const { identifiedBy } = approvalRules(engine, control.ledger);
  const { usable, latest, why } = standingOf(requests, action, { runner, identifiedBy });
  if (usable) return usable;
  throw needed(control, action, hash, { why, next: nextSteps(control, choice, { hash, latest, runner }) });
}

/** How it stands with the approval of a plan, for somebody who would run it. */
export interface Standing {
  /** With which it may begin. */
  readonly usable: ApprovalRequest | undefined;
  /** The newest request of exactly this plan. */
  readonly latest: ApprovalRequest | undefined;
  /** Why it may not begin, or that it may. */
  readonly why: string;
}

export function standingOf(
  requests: readonly ApprovalRequest[],
  action: PlannedAction,
  { runner, identifiedBy }: { readonly runner: Person; readonly identifiedBy: IdentifiedBy },
): Standing {
  const hash = hashOfAction(action);
  const same = requests.filter((request) => request.hash === hash).reverse();
  const usable = same.find((request) => whyNotUse(request, runner, identifiedBy) === undefined);
  const [latest] = same;
  if (usable) return { usable, latest, why: stateText(usable) };
  const why = latest && whyNotUse(latest, runner, identifiedBy);
  return { usable, latest, why: why ?? otherPlans(requests, action) };
}

/**
 * Uses an approval for this run, under its lease and before anything else of it. One that an earlier run has begun with and done
 * nothing is used again: under the lease no other run is at work any more. Problem `approval-needed` where it was used up, revoked
 * or has expired meanwhile.
 */
export async function useApproval(
  engine: Engine,
  control: Control,
  { action, choice, request }: { action: PlannedAction; choice: ActionChoice; request: ApprovalRequest },
): Promise<void> {
  try {
    await reliably(engine, control, async () => {
      if (await isUsedByThis(engine, control, request)) return;
      await control.write([...rememberRules(engine, control), ...useItems(engine, control, request)]);
    });
  } catch (error) {
    if (!isDatabaseError(error) || !error.message.includes(GONE)) throw error;
    // Says what has become of it.
    await approvalFor(engine, control, action, choice);
    throw error;
  }
}

/** In the message of the error that the guard of useItems ends with. */
const GONE = 'the approval is gone: ';

/**
 * Behind the insert nobody else can append to the trail until this transaction ends, so what the guard sees by then is all that
 * there is. Its message is made of something that is known only when it runs: see checkFenceItem.
 */
function useItems(engine: Engine, control: Control, request: ApprovalRequest): BatchItem[] {
  const { names } = control;
  const { name, via } = personOf(engine, control);
  const detail = { hash: request.hash, request: request.seq, approval: request.approved?.seq ?? null, by: name, via };
  return [
    eventItem(names, engine.run, { event: 'approval_used', version: null, detail }),
    {
      sql: `SELECT CASE WHEN other.amount = 0 AND $2::timestamptz > pg_catalog.clock_timestamp() THEN 1
  ELSE ('${GONE}' || other.amount::text)::integer END
FROM (SELECT pg_catalog.count(*) AS amount FROM ONLY ${names.events} AS e WHERE e.seq > ($1::text)::bigint
  AND e.detail ->> 'request' = $1::text AND (e.event = 'approval_revoked' OR e.event = 'approval_used'
    AND e.run_id IS DISTINCT FROM $3::uuid AND EXISTS (SELECT FROM ONLY ${names.events} AS done
      WHERE done.seq > e.seq AND done.run_id = e.run_id AND done.event = ANY ($4::text[])))) AS other`,
      params: [String(request.seq), request.until, engine.run.runId, arrayOf(DONE_EVENTS)],
    },
  ];
}

/** The answer to its own record was lost with the connection. */
async function isUsedByThis({ run }: Engine, { session, names }: Control, request: ApprovalRequest): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM ONLY ${names.events} WHERE seq > $1::bigint AND event = 'approval_used' AND run_id = $2::uuid`,
    [String(request.seq), run.runId],
  );
  return rows.length > 0;
}

/** All that it would do is to leave in the queue of `data run` what an approved run has put there. */
export function isGoingOn(
  { action, migrations, background }: PlannedAction,
  requests: readonly ApprovalRequest[],
): boolean {
  return migrations.length === 0 && background.every((one) => isCovered(requests, action, one));
}

/** Plans of that kind that are asked for or approved, and are not this one. */
function otherPlans(requests: readonly ApprovalRequest[], action: PlannedAction): string {
  const open = requests.filter(({ state, plan }) => isOpen(state) && plan.action === action.action);
  const latest = open.at(-1);
  if (!latest) return 'nobody has asked for an approval of this plan';
  const moved = whatMovedSince(latest.plan, action).join('; ');
  return `the plan ${latest.hash.slice(0, 12)}, which ${personText(latest.by)} has asked for (${latest.state}), is another one: ${moved}`;
}

function needed(
  { server }: Control,
  action: PlannedAction,
  hash: string,
  { why, next }: { why: string; next: readonly string[] },
): Problem {
  const what = action.action === 'migrate' ? 'to apply this' : 'to roll this back';
  return new Problem('approval-needed', `${server.database} needs the approval of a second person ${what}`, {
    found: `plan ${hash}\n${why}`,
    expected: 'an approval of exactly this plan by another person, which holds and was not used',
    state: 'Nothing was run.',
    next,
  });
}

function nextSteps(
  { ledger }: Control,
  choice: ActionChoice,
  { hash, latest, runner }: { hash: string; latest: ApprovalRequest | undefined; runner: Person },
): string[] {
  if ((ledger.layout ?? 0) === 0) return ['Make the tables that approvals are kept in first: taskflow-db init'];
  if (latest?.state === 'requested')
    return [`Another person looks at it and agrees: taskflow-db approval approve ${hash.slice(0, 12)}`];
  if (latest?.state === 'approved')
    return [`Somebody else runs it, or approves it: ${stateText(latest)}; this is ${personText(runner)}.`];
  return [
    `Ask for it: taskflow-db approval request ${[choice.action, choiceFlags(choice)].join(' ').trim()} --reason "..."`,
    'See what was asked for and approved: taskflow-db approval list',
  ];
}
