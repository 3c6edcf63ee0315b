import type { ActionChoice } from '../../approval/action.ts';
import { isIdle } from '../../approval/action.ts';
import { hashOfAction } from '../../approval/action-hash.ts';
import { whatMovedSince } from '../../approval/moved.ts';
import type { ApprovalRequest } from '../../approval/requests.ts';
import type { Decision } from '../../approval/states.ts';
import { isOpen } from '../../approval/states.ts';
import { whyNotDecide } from '../../approval/verdict.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { type EventName, eventItem } from '../../ledger/write.ts';
import { refuseReadOnly } from '../../postgres/server-info.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { heedManifests } from '../manifest/heed-manifests.ts';
import { refuseUntracked } from '../rollback.ts';
import { readRequests } from './read-requests.ts';
import { planChoice } from './replan.ts';
import { approvalRules, personOf, rememberRules } from './rules.ts';

/** May ask the person before anything is written, and throws to stop. */
export type AskFirst = (request: ApprovalRequest, control: Control) => Promise<void>;

/** A request as it is behind a decision, and whether this call has made it so. */
export interface DecisionResult {
  readonly database: string;
  readonly request: ApprovalRequest;
  readonly isNews: boolean;
}

/**
 * Puts on record that somebody wants to do this. Where the same plan is asked for or approved already, that request is the answer
 * and nothing is written. Problem `approval-refused` where there is nothing to run, and `plan-moved` where its hash is not the one
 * that was `expected`.
 */
export async function requestApproval(
  engine: Engine,
  choice: ActionChoice,
  reason: string | undefined,
  expected?: string,
): Promise<DecisionResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  await heedManifests(engine, files);
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    refuseUntracked(control);
    const plan = await planChoice(engine, control, files, choice);
    if (isIdle(plan)) throw nothing(control, choice);
    const hash = hashOfAction(plan);
    if (expected !== undefined && hash !== expected) throw otherPlan(hash, expected);
    const before = (await readRequests(control)).findLast((one) => one.hash === hash && isOpen(one.state));
    const { database } = control.server;
    if (before) return { database, request: before, isNews: false };
    const { name: by, via } = personOf(engine, control);
    const detail = { hash, plan, choice, by, via, reason };
    await write(engine, control, 'approval_requested', detail);
    const made = (await readRequests(control)).findLast((one) => one.hash === hash);
    return { database, request: made!, isNews: true };
  });
}

/**
 * Agrees to a plan on record. It must still be what would be done, by the files and the database of whoever agrees: Problem
 * `approval-refused`, also where that is who has asked for it.
 */
export async function approvePlan(
  engine: Engine,
  hash: string,
  options: { readonly comment?: string | undefined; readonly askFirst?: AskFirst },
): Promise<DecisionResult> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return onRequest(engine, hash, 'approve', options.askFirst, async (control, request) => {
    const now = await planChoice(engine, control, files, request.choice);
    const moved = whatMovedSince(request.plan, now);
    if (moved.length > 0) throw movedProblem(control, request, moved);
    const { hours } = approvalRules(engine, control.ledger);
    return { reason: options.comment, hours };
  });
}

/** Says no, on record. */
export function rejectPlan(
  engine: Engine,
  hash: string,
  options: { readonly reason: string; readonly askFirst?: AskFirst },
): Promise<DecisionResult> {
  return onRequest(engine, hash, 'reject', options.askFirst, async () => ({ reason: options.reason }));
}

/** Takes a request or an approval back that no run has used. */
export function revokeApproval(
  engine: Engine,
  hash: string,
  options: { readonly reason: string; readonly askFirst?: AskFirst },
): Promise<DecisionResult> {
  return onRequest(engine, hash, 'revoke', options.askFirst, async () => ({ reason: options.reason }));
}

type Deciding = Exclude<Decision, 'use' | 'do'>;

const EVENTS: Readonly<Record<Deciding, EventName>> = {
  approve: 'approved',
  reject: 'approval_rejected',
  revoke: 'approval_revoked',
};

/** `detailOf`: what is put on record of it, once it is known that it may be. */
function onRequest(
  engine: Engine,
  hash: string,
  decision: Deciding,
  askFirst: AskFirst | undefined,
  detailOf: (control: Control, request: ApprovalRequest) => Promise<object>,
): Promise<DecisionResult> {
  return withControl(engine, async (control) => {
    refuseReadOnly(control.server);
    refuseUntracked(control);
    const request = findRequest(await readRequests(control), hash);
    const person = personOf(engine, control);
    const { identifiedBy } = approvalRules(engine, control.ledger);
    const why = whyNotDecide(request, decision, person, identifiedBy);
    if (why !== undefined) throw refused(request, decision, why);
    const detail = await detailOf(control, request);
    await askFirst?.(request, control);
    const about = { hash: request.hash, request: request.seq, by: person.name, via: person.via };
    await write(engine, control, EVENTS[decision], { ...about, ...detail });
    const after = (await readRequests(control)).find(({ seq }) => seq === request.seq)!;
    // Somebody else was quicker: what is on record of this call changes nothing.
    const made = decision === 'approve' ? after.approved : after.ended;
    if (made?.runId !== engine.run.runId) throw refused(after, decision, 'somebody else has decided on it meanwhile');
    return { database: control.server.database, request: after, isNews: true };
  });
}

function write(engine: Engine, control: Control, event: EventName, detail: object): Promise<void> {
  const record = eventItem(control.names, engine.run, { event, version: null, detail: { ...detail } });
  return control.write([...rememberRules(engine, control), record]);
}

/** So many characters of a hash may stand for it. */
const PREFIX_MIN = 8;

/** The newest request whose hash begins so. Problem `approval-unknown`. */
export function findRequest(requests: readonly ApprovalRequest[], hash: string): ApprovalRequest {
  const wanted = hash.trim().toLowerCase();
  const isHash = new RegExp(`^[0-9a-f]{${PREFIX_MIN},64}$`).test(wanted);
  const found = isHash ? requests.filter((one) => one.hash.startsWith(wanted)) : [];
  const newest = found.at(-1);
  if (newest && found.every((one) => one.hash === newest.hash)) return newest;
  throw new Problem('approval-unknown', `no request is known as ${JSON.stringify(hash)}`, {
    found: newest ? 'several plans whose hashes begin so' : 'none',
    expected: `the hash of a plan that was asked for, or its first ${PREFIX_MIN} digits or more`,
    state: 'Nothing was written.',
    next: ['See what was asked for: taskflow-db approval list --all'],
  });
}

function otherPlan(found: string, expected: string): Problem {
  return new Problem('plan-moved', 'what would be run now is not what was shown any more', {
    found,
    expected,
    state: 'Nothing was written.',
    next: ['Look at the plan again.'],
  });
}

function nothing({ server }: Control, { action }: ActionChoice): Problem {
  const what = action === 'migrate' ? 'applied' : 'rolled back';
  return new Problem('approval-refused', `nothing is to be ${what} in ${server.database}`, {
    state: 'Nothing was written.',
    next: ['See what is applied and what is pending: taskflow-db status'],
  });
}

function refused({ hash, state }: ApprovalRequest, decision: Deciding, why: string): Problem {
  return new Problem('approval-refused', `${hash.slice(0, 12)} cannot be ${DONE[decision]}: ${why}`, {
    state: 'Nothing was changed.',
    next: [
      decision === 'reject' && state === 'requested'
        ? `Whoever has asked for it takes it back with: taskflow-db approval revoke ${hash.slice(0, 12)} --reason "..."`
        : 'See what was asked for and approved: taskflow-db approval list',
    ],
  });
}

const DONE: Readonly<Record<Deciding, string>> = { approve: 'approved', reject: 'rejected', revoke: 'revoked' };

function movedProblem({ server }: Control, { hash }: ApprovalRequest, moved: readonly string[]): Problem {
  return new Problem(
    'approval-refused',
    `the plan ${hash.slice(0, 12)} is not what would be done in ${server.database} now`,
    {
      found: moved.join('\n'),
      expected: 'the files, the database and what is applied as when it was asked for',
      state: 'Nothing was written.',
      next: ['Have it asked for anew: taskflow-db approval request --reason "..."'],
    },
  );
}
