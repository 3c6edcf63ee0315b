import type { Route } from './route.ts';
import { readAction, readActions } from './routes/actions.ts';
import { applyMigrations, rehearseMigrations, tryMigrations } from './routes/apply.ts';
import { readApprovals } from './routes/approvals.ts';
import { readBackup } from './routes/backup.ts';
import { readBackups } from './routes/backups.ts';
import { cancelAction } from './routes/cancel-action.ts';
import { cancelRunElsewhere } from './routes/cancel-run.ts';
import { verifyChain } from './routes/chain.ts';
import { readDataRuns } from './routes/data.ts';
import { readDataRun } from './routes/data-run.ts';
import { cancelData, pauseData, resumeData, retargetData, retryData } from './routes/data-steer.ts';
import { workAtData } from './routes/data-work.ts';
import { approveAction, rejectAction, revokeAction } from './routes/decide-approval.ts';
import { findDriftNow, readLastDrift } from './routes/drift.ts';
import { acceptDriftOnRecord, makeDriftMigration } from './routes/drift-decisions.ts';
import { endBlockerNow } from './routes/end-blocker.ts';
import { readEvents } from './routes/events.ts';
import { followTarget } from './routes/follow.ts';
import { readGraph } from './routes/graph.ts';
import { readMigration } from './routes/migration.ts';
import { readOpenApi } from './routes/open-api.ts';
import { readOverview } from './routes/overview.ts';
import { readPlan } from './routes/plan.ts';
import { readPlanDifference } from './routes/plan-difference.ts';
import { readProof, verifyMigrations } from './routes/proof.ts';
import { askForApproval } from './routes/request-approval.ts';
import { readRisks } from './routes/risks.ts';
import { rollBackMigrations, tryRollback } from './routes/roll-back.ts';
import { readRun } from './routes/run.ts';
import { readSchemaList } from './routes/schema.ts';
import { readObjectTouches, readSchemaObject } from './routes/schema-object.ts';
import { readSession } from './routes/session.ts';
import { signIn } from './routes/sign-in.ts';
import { signOut } from './routes/sign-out.ts';
import { readTableKeys } from './routes/table-keys.ts';
import { readWayBack } from './routes/way-back.ts';

/** Every address of the API, in the order of its document. */
export const ROUTES: readonly Route[] = [
  signIn,
  readSession,
  signOut,
  readOverview,
  readMigration,
  readRisks,
  readPlan,
  readWayBack,
  readPlanDifference,
  readGraph,
  readSchemaList,
  readTableKeys,
  readSchemaObject,
  readObjectTouches,
  readDataRuns,
  readDataRun,
  readBackups,
  readBackup,
  readEvents,
  verifyChain,
  readProof,
  verifyMigrations,
  findDriftNow,
  readRun,
  readLastDrift,
  acceptDriftOnRecord,
  makeDriftMigration,
  followTarget,
  readActions,
  readAction,
  cancelAction,
  applyMigrations,
  tryMigrations,
  rehearseMigrations,
  rollBackMigrations,
  tryRollback,
  cancelRunElsewhere,
  endBlockerNow,
  readApprovals,
  askForApproval,
  approveAction,
  rejectAction,
  revokeAction,
  workAtData,
  pauseData,
  resumeData,
  cancelData,
  retryData,
  retargetData,
  readOpenApi,
];
