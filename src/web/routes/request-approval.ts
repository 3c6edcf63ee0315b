import * as v from 'valibot';
import { requestApproval } from '../../engine/approval/decide.ts';
import { action } from '../actions/route.ts';
import { approvalRequest } from '../answers/approvals.ts';
import { text } from '../answers/shapes.ts';
import { choiceInput, choiceOf } from '../approval-choice.ts';

export const askForApproval = action({
  name: 'requestApproval',
  path: 'approvals/request',
  summary: 'ask for the approval of what would be applied, or rolled back, now',
  role: 'operator',
  input: {
    ...choiceInput,
    hash: v.optional(v.pipe(text, v.description('refused where that is not the plan any more'))),
    reason: v.optional(v.pipe(v.string(), v.maxLength(2000), v.description('why; kept in the audit trail'))),
  },
  result: approvalRequest,
  isBeside: true,
  isHarmless: true,
  title: ({ action: what = 'migrate', to, only, version, steps = '1' }) => {
    if (what === 'migrate')
      return `ask whether to apply ${only || (to ? `what is pending, up to ${to}` : 'what is pending')}`;
    const last = steps === '1' ? 'what was applied last' : `the last ${steps}`;
    return `ask whether to roll back ${version || (to ? `down to ${to}` : last)}`;
  },
  async run({ engine }, { hash, reason, ...asked }) {
    const { request } = await requestApproval(engine, choiceOf(asked), reason?.trim() || undefined, hash);
    return { result: request, problem: null };
  },
});
