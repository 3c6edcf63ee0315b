import { approvePlan } from '../../engine/approval/decide.ts';
import type { ExitStatus } from '../../problem/codes.ts';
import { decided, reasonOf } from '../approval-decision.ts';
import type { CommandContext } from '../context.ts';

export function run(context: CommandContext): Promise<ExitStatus> {
  const comment = reasonOf(context.args);
  return decided(context, 'Approve', (engine, hash, askFirst) => approvePlan(engine, hash, { comment, askFirst }));
}
