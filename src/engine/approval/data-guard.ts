import { isCovered } from '../../approval/covered.ts';
import type { Migration } from '../../migration/migration.ts';
import { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { readRequests } from './read-requests.ts';
import { approvalRules } from './rules.ts';

/**
 * For `data run`, which goes on with what a run has begun or queued: where approvals are required, the file must be one that an
 * approved run had in its plan, byte for byte. Problem `approval-needed` where it was changed since, or was never approved.
 */
export async function refuseUnapprovedData(
  engine: Engine,
  control: Control,
  { version, checksum, file }: Migration,
  direction: 'up' | 'down',
): Promise<void> {
  if (!approvalRules(engine, control.ledger).required) return;
  const action = direction === 'up' ? 'migrate' : 'rollback';
  if (isCovered(await readRequests(control), action, { version, checksum })) return;
  const way = action === 'migrate' ? `--only ${version}` : `rollback --version ${version}`;
  throw new Problem(
    'approval-needed',
    `${control.server.database} needs the approval of a second person to run ${version}`,
    {
      version,
      where: { file },
      found: `no approved ${action} had the file with checksum ${checksum} in its plan`,
      expected: 'the file as it was approved',
      state: 'Nothing was run.',
      next: [
        'Restore the file as it was approved.',
        `Or ask for it as it is: taskflow-db approval request ${way} --reason "..."; then ${action} uses the approval, and data run goes on.`,
      ],
    },
  );
}
