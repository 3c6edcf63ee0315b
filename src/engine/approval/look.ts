import type { ActionChoice, PlannedAction } from '../../approval/action.ts';
import { isIdle } from '../../approval/action.ts';
import { hashOfAction } from '../../approval/action-hash.ts';
import type { ApprovalRequest } from '../../approval/requests.ts';
import { stateText, whyNotDecide } from '../../approval/verdict.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isGoingOn, standingOf } from './gate.ts';
import { type ApprovalList, type ListedRequest, lazily, listOf } from './list.ts';
import type { RequestReader } from './read-requests.ts';
import { planChoice } from './replan.ts';
import { approvalRules, visitor } from './rules.ts';

/** A request as somebody sees it who is signed in to the console. */
export interface SeenRequest extends ListedRequest {
  /** What has become of it, in a sentence. */
  readonly said: string;
  /** Why they cannot approve it; null: they may, as far as their role goes. */
  readonly whyNotApprove: string | null;
}

/** What would be run now by a choice, and how it stands with its approval. */
export interface CurrentPlan {
  readonly hash: string;
  /** The newest request of exactly this plan, by its `seq`. */
  readonly request: number | null;
  /** Whoever looks may run it, as far as approvals go. */
  readonly mayRun: boolean;
  readonly said: string;
}

export interface ApprovalsView extends Omit<ApprovalList, 'requests'> {
  readonly requests: readonly SeenRequest[];
  /** Null where nothing would be run, or it cannot be planned. */
  readonly current: CurrentPlan | null;
}

/** All that a screen shows of approvals to the person of that name. Nothing is written. */
export function lookAtApprovals(
  engine: Engine,
  {
    name,
    choice,
    requests: reader,
  }: { readonly name: string; readonly choice: ActionChoice | undefined; readonly requests: RequestReader },
): Promise<ApprovalsView> {
  return withControl(engine, async (control) => {
    const requests = await reader.read(control);
    const files = lazily(engine);
    const list = await listOf(engine, control, { requests, files, all: false });
    const person = visitor(name, control);
    const seen = list.requests.map((request) => ({
      ...request,
      said: stateText(request),
      whyNotApprove: whyNotDecide(request, 'approve', person, list.identifiedBy) ?? null,
    }));
    const plan = choice && (await planned(engine, control, files, choice));
    return { ...list, requests: seen, current: plan ? currentOf(engine, control, plan, requests, name) : null };
  });
}

async function planned(
  engine: Engine,
  control: Control,
  files: () => readonly MigrationFile[],
  choice: ActionChoice,
): Promise<PlannedAction | undefined> {
  try {
    return await planChoice(engine, control, files(), choice);
  } catch (error) {
    // The plan itself says what is wrong.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function currentOf(
  engine: Engine,
  control: Control,
  plan: PlannedAction,
  requests: readonly ApprovalRequest[],
  name: string,
): CurrentPlan | null {
  if (isIdle(plan)) return null;
  const { required, identifiedBy } = approvalRules(engine, control.ledger);
  const { usable, latest, why } = standingOf(requests, plan, { runner: visitor(name, control), identifiedBy });
  const mayRun = !required || usable !== undefined || isGoingOn(plan, requests);
  return { hash: hashOfAction(plan), request: latest?.seq ?? null, mayRun, said: why };
}
