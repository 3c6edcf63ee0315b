import * as v from 'valibot';
import { requestApproval } from '../../engine/approval/decide.ts';
import { action } from '../actions/route.ts';
import { approvalRequest } from '../answers/approvals.ts';
import { text, word } from '../answers/shapes.ts';

const version = (said: string) => v.optional(v.pipe(word, v.description(said)));

export const askForApproval = action({
  name: 'requestApproval',
  path: 'approvals/request',
  summary: 'ask for the approval of what would be applied, or rolled back, now',
  role: 'operator',
  input: {
    action: v.optional(v.picklist(['migrate', 'rollback'], '"migrate" or "rollback"')),
    to: version('everything up to this version; of a rollback, the version that stays'),
    only: version('of migrate: this version and what it needs'),
    version: version('of rollback: this version alone'),
    cascade: v.optional(v.pipe(v.boolean(), v.description('of rollback: with what stands on it'))),
    hash: v.optional(v.pipe(text, v.description('refused where that is not the plan any more'))),
    reason: v.optional(v.pipe(v.string(), v.maxLength(2000), v.description('why; kept in the audit trail'))),
  },
  result: approvalRequest,
  isBeside: true,
  isHarmless: true,
  title: ({ action: what = 'migrate', to, only, version: one }) => {
    if (what === 'rollback') return `ask whether to roll back ${one || (to ? `to ${to}` : 'the last one')}`;
    return `ask whether to apply ${only || (to ? `what is pending, up to ${to}` : 'what is pending')}`;
  },
  async run({ engine }, { action: what = 'migrate', to, only, version: one, cascade = false, hash, reason }) {
    const choice =
      what === 'migrate'
        ? ({ action: 'migrate', to: to || null, only: only || null, ...AS_APPLIED } as const)
        : ({ action: 'rollback', to: to || null, version: one || null, cascade, steps: null, data: true } as const);
    const { request } = await requestApproval(engine, choice, reason?.trim() || undefined, hash);
    return { result: request, problem: null };
  },
});

/** As the console applies. */
const AS_APPLIED = { allowLate: false, singleTransaction: false, forceContract: null } as const;
