import type { BoundMigration } from '../plan/bound.ts';
import type { ActionKind } from './action.ts';
import type { ApprovalRequest } from './requests.ts';

/** Whether an approved run had this file, byte for byte, in its plan: what it has begun or queued may go on. */
export function isCovered(
  requests: readonly ApprovalRequest[],
  action: ActionKind,
  { version, checksum }: Pick<BoundMigration, 'version' | 'checksum'>,
): boolean {
  return requests.some(({ state, plan }) => {
    if (state !== 'used' || plan.action !== action) return false;
    return [...plan.migrations, ...plan.background].some((one) => one.version === version && one.checksum === checksum);
  });
}
