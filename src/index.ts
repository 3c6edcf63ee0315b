/**
 * The library: the same use cases as the command line's, without its terminal. Everything is reached through an engine,
 * which openEngine makes for one database; results are values, what happens meanwhile comes as events.
 */

export type { SignalLimits } from './batch/limits.ts';
export type { RunEventName, RunState, Transition } from './batch/states.ts';
export type { Change, Difference, OrderNote, PropertyChange } from './catalog/compare.ts';
export type { Included, NotChecked, SchemaObject, Snapshot } from './catalog/snapshot.ts';
export { loadSettings, type Settings, type SettingsSource } from './config/settings.ts';
export {
  approvePlan,
  type DecisionResult,
  rejectPlan,
  requestApproval,
  revokeApproval,
} from './engine/approval/decide.ts';
export { type ApprovalList, type ListedRequest, listApprovals, showApproval } from './engine/approval/list.ts';
export type { AnchorPoint, AnchorReport } from './engine/audit/anchor.ts';
export type { FirstBad, Head } from './engine/audit/chain-check.ts';
export { type HistoryEvent, type HistoryOptions, history } from './engine/audit/history.ts';
export { type VerifyHistoryOptions, type VerifyHistoryReport, verifyHistory } from './engine/audit/verify.ts';
export { type BaselineOptions, baseline } from './engine/baseline.ts';
export { type CreateOptions, createMigration } from './engine/create.ts';
export type { DataBatch, DataContext, DataRow, DataUpdate } from './engine/data/code/api.ts';
export { doctor } from './engine/doctor.ts';
export type { LiveResult } from './engine/dry-run/live.ts';
export { type DryRunOptions, dryRunMigrate } from './engine/dry-run/migrate.ts';
export { type DryRunRollbackOptions, dryRunRollback } from './engine/dry-run/rollback.ts';
export type { Engine } from './engine/engine.ts';
export type { Finding } from './engine/finding.ts';
export { type InitResult, init } from './engine/init.ts';
export { migrate } from './engine/migrate.ts';
export type { MigrateOptions, MigrateResult } from './engine/migrate-result.ts';
export { type EngineInputs, openEngine } from './engine/open-engine.ts';
export { planMigrate } from './engine/plan-migrate.ts';
export { type BranchFacts, type DatabaseFacts, databaseFacts } from './engine/renumber/facts.ts';
export { type RenumberOptions, type RenumberResult, renumber } from './engine/renumber/renumber.ts';
export { type RepairOptions, type RepairResult, repair } from './engine/repair.ts';
export { type DownPlan, planRollback, type RollbackOptions, type RollbackResult, rollback } from './engine/rollback.ts';
export { diffSchemas } from './engine/schema/diff.ts';
export { type NamedSchema, readSchema } from './engine/schema/read-schema.ts';
export { saveSchema, schemaFromFile } from './engine/schema/schema-file.ts';
export { FOR_SCRIPTS, scriptBetween, thereAndBack, type WayThereAndBack } from './engine/schema/write-script.ts';
export { type StatusReport, type StatusRow, status } from './engine/status.ts';
export type { Headers, Migration, Rollback, Statement } from './migration/migration.ts';
export { parseMigration } from './migration/parse.ts';
export type { MigrationState } from './plan/state.ts';
export type { UpPlan } from './plan/up.ts';
export { EXIT, type ExitStatus, type ProblemCode } from './problem/codes.ts';
export { type Location, Problem, type ServerError } from './problem/problem.ts';
export type * from './report/dry-run.ts';
export type { MigrationOutcome, RunEvent, RunFailure, RunResult } from './report/events.ts';
export { renderProblem } from './report/problem-text.ts';
export type { NotWritten, Script } from './script/script.ts';
