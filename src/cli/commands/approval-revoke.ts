import { revokeApproval } from '../../engine/approval/decide.ts';
import type { ExitStatus } from '../../problem/codes.ts';
import { decided, reasonFor } from '../approval-decision.ts';
import type { CommandContext } from '../context.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const reason = reasonFor(context, 'revoke');
  return decided(context, 'Revoke', (engine, hash, askFirst) => revokeApproval(engine, hash, { reason, askFirst }));
}
