import * as v from 'valibot';
import { lookAtApprovals } from '../../engine/approval/look.ts';
import { approvalsAnswer } from '../answers/approvals.ts';
import { ofTarget, word } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const readApprovals = route({
  name: 'readApprovals',
  method: 'GET',
  path: '/api/targets/:target/approvals',
  summary: 'what was asked for and approved, and how it stands with what would be applied now',
  role: 'viewer',
  changes: false,
  input: v.object({
    ...ofTarget,
    to: v.optional(v.pipe(word, v.description('of what would be applied: everything up to this version'))),
    only: v.optional(v.pipe(word, v.description('this version and what it needs'))),
  }),
  output: approvalsAnswer,
  handle({ hub, user }, { target, to, only }) {
    const { engine } = hub.target(target);
    const choice = {
      action: 'migrate',
      to: to || null,
      only: only || null,
      allowLate: false,
      singleTransaction: false,
      forceContract: null,
    } as const;
    return hub.shared(['approvals', target, user.name, choice], () =>
      lookAtApprovals(engine, { name: user.name, choice }),
    );
  },
});
