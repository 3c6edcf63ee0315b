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
  handle({ shared, user }, { target, ...asked }) {
    const choice = choiceOf(asked);
    return shared(target, ['approvals', user.name, choice], ({ reader, requests }) =>
      lookAtApprovals(reader.engine, { name: user.name, choice, requests }),
    );
  },
});
