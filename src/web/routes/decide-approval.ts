import * as v from 'valibot';
import { approvePlan, type DecisionResult, rejectPlan, revokeApproval } from '../../engine/approval/decide.ts';
import { action } from '../actions/route.ts';
import { approvalRequest } from '../answers/approvals.ts';
import { text } from '../answers/shapes.ts';

const hash = v.pipe(text, v.description('of the plan, or its first eight digits or more'));
const said = (description: string) => v.pipe(v.string(), v.maxLength(2000), v.description(description));
const reason = v.pipe(said('why; kept in the audit trail'), v.regex(/\S/, 'a reason'));
const short = (of: string) => of.slice(0, 12);

const made = ({ request }: DecisionResult) => ({ result: request, problem: null });

export const approveAction = action({
  name: 'approvePlan',
  path: 'approvals/:hash/approve',
  summary: 'agree to a plan that another person has asked for',
  role: 'approver',
  input: { hash, reason: v.optional(said('a comment; kept in the audit trail')) },
  result: approvalRequest,
  isBeside: true,
  title: (input) => `approve the plan ${short(input.hash)}`,
  run: async ({ engine }, input) =>
    made(await approvePlan(engine, input.hash, { comment: input.reason?.trim() || undefined })),
});

export const rejectAction = action({
  name: 'rejectPlan',
  path: 'approvals/:hash/reject',
  summary: 'say no to a plan that another person has asked for',
  role: 'approver',
  input: { hash, reason },
  result: approvalRequest,
  isBeside: true,
  isHarmless: true,
  title: (input) => `reject the plan ${short(input.hash)}`,
  run: async ({ engine }, input) => made(await rejectPlan(engine, input.hash, { reason: input.reason.trim() })),
});

export const revokeAction = action({
  name: 'revokeApproval',
  path: 'approvals/:hash/revoke',
  summary: 'take back a request or an approval that no run has used',
  role: 'operator',
  input: { hash, reason },
  result: approvalRequest,
  isBeside: true,
  isHarmless: true,
  title: (input) => `revoke the plan ${short(input.hash)}`,
  run: async ({ engine }, input) => made(await revokeApproval(engine, input.hash, { reason: input.reason.trim() })),
});
