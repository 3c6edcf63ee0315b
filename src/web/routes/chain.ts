import * as v from 'valibot';
import { historyProblem } from '../../engine/audit/verdict.ts';
import { verifyHistory } from '../../engine/audit/verify.ts';
import { problemJson } from '../../report/problem-json.ts';
import { chainAnswer } from '../answers/chain.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const verifyChain = route({
  name: 'verifyChain',
  method: 'GET',
  path: '/api/targets/:target/events/chain',
  summary: 'compute every hash of the audit trail anew',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: chainAnswer,
  handle({ hub, shared }, { target }) {
    return shared(target, ['chain'], async ({ reader }) => {
      const report = await verifyHistory(reader.engine, {});
      const found = historyProblem(report);
      const { anchor: _none, expected: _neither, ...rest } = report;
      const checkedAt = new Date(hub.parts.now()).toISOString();
      return { ...rest, checkedAt, problem: found ? problemJson(found) : null };
    });
  },
});
