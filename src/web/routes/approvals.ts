import * as v from 'valibot';
import { lookAtApprovals } from '../../engine/approval/look.ts';
import { approvalsAnswer } from '../answers/approvals.ts';
import { ofTarget } from '../answers/shapes.ts';
import { choiceInput, choiceOf } from '../approval-choice.ts';
import { route } from '../route.ts';

export const readApprovals = route({
  name: 'readApprovals',
  method: 'GET',
  path: '/api/targets/:target/approvals',
  summary: 'what was asked for and approved, and how it stands with what would be run now',
  role: 'viewer',
  changes: false,
  input: v.object({ ...ofTarget, ...choiceInput }),
  output: approvalsAnswer,
  handle({ hub, user }, { target, ...asked }) {
    const { engine } = hub.target(target);
    const choice = choiceOf(asked);
    return hub.shared(['approvals', target, user.name, choice], () =>
      lookAtApprovals(engine, { name: user.name, choice }),
    );
  },
});
