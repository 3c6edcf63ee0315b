/** Plans and events of approvals, as tests need them. */
import type { PlannedAction } from '../../src/approval/action.ts';
import { hashOfAction } from '../../src/approval/action-hash.ts';
import type { ApprovalEvent } from '../../src/approval/requests.ts';

export const PLAN: PlannedAction = {
  action: 'migrate',
  target: {
    database: 'shop',
    databaseOid: '16384',
    systemIdentifier: '7300000000000000001',
    serverVersion: '18.4',
    role: 'deployer',
    searchPath: '"$user", public',
    trackingSchema: 'public',
  },
  manner: { singleTransaction: false, keeps: true, putsBack: false, forced: [] },
  migrations: [
    { version: '002_b', file: 'm/002_b.sql', checksum: 'b', statements: 1, stepsDone: 0 },
    { version: '003_c', file: 'm/003_c.sql', checksum: 'c', statements: 2, stepsDone: 0 },
  ],
  background: [],
  applied: ['001_a'],
  appliedSha256: 'a',
};

export const CHOICE = {
  action: 'migrate',
  to: null,
  only: null,
  allowLate: false,
  singleTransaction: false,
  forceContract: null,
} as const;

/** `[event, by, role, more, run]`, one behind the other, a minute apart; each of a run of its own, unless it is said. */
export type Told = readonly [
  event: string,
  by: string,
  role: string,
  detail?: Readonly<Record<string, unknown>>,
  run?: string,
];

export function trail(...told: readonly Told[]): ApprovalEvent[] {
  return told.map(([event, by, actor, detail, run], i) => {
    const about = event === 'approval_requested' ? { plan: PLAN, choice: CHOICE } : { request: 1 };
    return {
      seq: i + 1,
      at: `2026-11-22T10:${String(i).padStart(2, '0')}:00.000000Z`,
      event,
      actor,
      runId: run ?? `run-${i + 1}`,
      detail: { hash: hashOfAction(PLAN), by, via: 'cli', ...about, ...detail },
    };
  });
}
