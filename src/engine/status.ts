import { type FoundFiles, readFolders } from '../files/folders.ts';
import type { OrderNode } from '../graph/order.ts';
import type { ManifestFault } from '../manifest/faults.ts';
import { isToApply, orderNode } from '../plan/candidate.ts';
import { inForce, type LedgerEntry } from '../plan/ledger-entry.ts';
import { type MigrationStatus, reconcile } from '../plan/reconcile.ts';
import { sameNumber } from '../plan/same-number.ts';
import { MIGRATION_STATES, type MigrationState } from '../plan/state.ts';
import { Problem } from '../problem/problem.ts';
import { type Control, withControl } from './control.ts';
import type { Engine } from './engine.ts';
import type { Looked } from './expand/contracts.ts';
import { isContract } from './expand/is-contract.ts';
import { checkManifests } from './manifest/check-manifests.ts';
import { readStepHistory, type StepUnderWay } from './steps/step-history.ts';

/** The JSON document of `status` (contract, section 5). */
export interface StatusReport {
  readonly database: string;
  readonly serverVersion: string;
  readonly trackingSchema: string;
  /** 0: tracking tables from before this tool; null: none. */
  readonly layout: number | null;
  readonly production: boolean;
  readonly summary: Readonly<Record<MigrationState, number>>;
  readonly migrations: readonly StatusRow[];
  /** Faults of the folders themselves: names, unreadable files, doubles. */
  readonly complaints: readonly Problem[];
  /** Each `migrations.lock` of the folders, with what is wrong with it; that is among the complaints, too. */
  readonly manifests: readonly { readonly file: string; readonly faults: readonly ManifestFault[] }[];
}

export interface StatusRow {
  readonly version: string;
  readonly description: string;
  readonly state: MigrationState;
  readonly checksum: string | null;
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  readonly executionTimeMs: number | null;
  readonly errorMessage: string | null;
  readonly reversible: boolean;
  readonly file: string | null;
  readonly type: string | null;
  readonly notes: readonly string[];
  /** The squash that stands for it. */
  readonly replacedBy: string | null;
}

/** Every migration with its state. Reads layouts of every age, takes no lock and writes nothing. */
export function status(engine: Engine): Promise<StatusReport> {
  const found = readFolders(engine.settings.directories, engine.cwd);
  return withControl(engine, (control) => statusOf(engine, control, found));
}

/** The same for whoever has a control session, and asks it for more. */
export async function statusOf(engine: Engine, control: Control, found: FoundFiles): Promise<StatusReport> {
  const { ledger } = control;
  const manifests = checkManifests(engine.settings.directories, engine.cwd, found.files);
  const running = (ledger.layout ?? 0) > 0 ? await runningVersions(control) : new Set<string>();
  const statuses = reconcile(found.files, ledger.entries, running);
  const complaints = [...found.complaints];
  const contracts = await heldBack(engine, control, statuses);
  const noted = await Promise.all(
    statuses.map(async (one) => withHeldNote(await withStepNote(control, one), contracts.get(one.version))),
  );
  const migrations = noted.map((one) => rowOf(one, complaints));
  return {
    database: control.server.database,
    serverVersion: control.server.version,
    trackingSchema: control.names.schema,
    layout: ledger.layout ?? null,
    production: engine.settings.production || ledger.settings.get('production') === 'true',
    summary: summarize(migrations),
    migrations,
    complaints: [...complaints, ...twins(statuses), ...manifests.flatMap(({ problem }) => problem ?? [])],
    manifests: manifests.map(({ file, faults }) => ({ file, faults })),
  };
}

/** As `migrate` would refuse them; files are read only where numbers are shared. */
function twins(statuses: readonly MigrationStatus[]): Problem[] {
  const numbers = statuses.flatMap(({ file }) => file?.number ?? []);
  if (new Set(numbers).size === numbers.length) return [];
  const nodes = statuses.flatMap((one): OrderNode[] => {
    if (!one.file || !isToApply(one)) return [];
    try {
      return [orderNode(one, one.file, one.file.load(), statuses)];
    } catch (error) {
      // That it cannot be read is a complaint of its own.
      if (error instanceof Problem) return [];
      throw error;
    }
  });
  return sameNumber(nodes, statuses, isToApply);
}

/** Contracts as they stand, without the look at all rows that `migrate` takes. */
async function heldBack(engine: Engine, control: Control, statuses: readonly MigrationStatus[]) {
  if (!statuses.some(isContract)) return new Map<string, Looked>();
  const { lookAtContracts } = await import('./expand/gate.ts');
  return lookAtContracts(engine, control, statuses, { verify: false });
}

function withHeldNote(status: MigrationStatus, looked: Looked | undefined): MigrationStatus {
  if (!looked) return status;
  const { released, reason, evidence } = looked;
  const head = released
    ? 'nothing is seen to use what it drops; migrate asks VERIFY, then runs it'
    : `held back: ${reason}`;
  const more = evidence.filter(({ words }) => words !== reason).map(({ words }) => words);
  return { ...status, notes: [...status.notes, head, ...more] };
}

/** Of an interrupted one: at which step, whether the server still works at that, and what to do. */
async function withStepNote(control: Control, status: MigrationStatus): Promise<MigrationStatus> {
  const { state, entry, version } = status;
  if (entry?.type === 'data' && !inForce(entry)) return withDataNote(control, status);
  if (state !== 'interrupted' || !entry) return status;
  const { underWay } = await readStepHistory(control, version);
  const again = `taskflow-db ${inForce(entry) ? 'rollback' : 'migrate'}`;
  const notes = underWay
    ? [
        `step ${underWay.step} of ${underWay.steps} was under way: ${underWay.statement}`,
        await whatNext(control, underWay, again),
      ]
    : [`${entry.stepsDone ?? 0} of ${entry.stepsTotal} steps are done`, `run ${again}: it goes on with the next step`];
  return { ...status, notes: [...status.notes, ...notes] };
}

async function withDataNote(control: Control, status: MigrationStatus): Promise<MigrationStatus> {
  const { asData } = await import('./data/note.ts');
  return asData(control, status);
}

async function whatNext(control: Control, underWay: StepUnderWay, again: string): Promise<string> {
  const { pid } = underWay.backend;
  if (!(await isAtWork(control, underWay))) return `run ${again}: it looks what became of the step, and goes on`;
  return `server process ${pid} still works at it; ${again} waits for its end, then goes on`;
}

/** The server process that ran the step is at it, as far as this role may see; one of a pool may be at something else. */
async function isAtWork({ session }: Control, { backend, statement }: StepUnderWay): Promise<boolean> {
  const [row] = await session.query(
    `SELECT 1 AS found FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = $1::integer AND a.pid <> pg_catalog.pg_backend_pid()
  AND coalesce(a.backend_start = $2::timestamptz, true) AND a.state IS DISTINCT FROM 'idle'
  AND (a.state IS NULL OR pg_catalog.starts_with(a.query, $3))`,
    [backend.pid, backend.start, statement.replace(/ …$/, '')],
  );
  return row !== undefined;
}

/**
 * While a run is alive: the version that its newest event speaks of, if that is a beginning, and files outside a
 * transaction that are neither done nor failed. Without a runner those were interrupted.
 */
export async function runningVersions(control: Control): Promise<Set<string>> {
  if (!control.runner) return new Set();
  const unfinished = control.ledger.entries.filter((entry) => !entry.success && entry.stepsTotal !== null);
  const rows = await control.session.query(
    `SELECT event, version FROM ${control.names.events} ORDER BY seq DESC LIMIT 1`,
  );
  const begun = rows.filter((row) => BEGINNINGS.has(row.event ?? '')).map((row) => row.version ?? '');
  return new Set([
    ...unfinished.filter((entry) => entry.errorMessage === null).map((entry) => entry.version),
    ...begun,
  ]);
}

const BEGINNINGS: ReadonlySet<string> = new Set([
  'started',
  'step_started',
  'step_finished',
  'step_checked',
  'step_cleaned',
  'planned_again',
  'lock_wait',
  'blocker_cancelled',
  'rollback_started',
]);

function rowOf(one: MigrationStatus, complaints: Problem[]): StatusRow {
  const { file, entry } = one;
  const facts = factsOf(one, complaints);
  return {
    version: one.version,
    description: facts.description,
    state: one.state,
    checksum: file?.checksum ?? entry?.checksum ?? null,
    appliedAt: entry?.success ? entry.appliedAt : null,
    appliedBy: entry?.success ? entry.appliedBy : null,
    executionTimeMs: entry?.executionTimeMs ?? null,
    errorMessage: entry?.errorMessage ?? null,
    reversible: facts.reversible,
    file: file?.file ?? null,
    type: entry?.type ?? null,
    notes: one.notes,
    replacedBy: one.replacedBy ?? null,
  };
}

/** From the ledger where it knows; a file is parsed only when nothing else can tell. */
function factsOf(
  { file, entry }: MigrationStatus,
  complaints: Problem[],
): { description: string; reversible: boolean } {
  if (entry?.description != null)
    return { description: entry.description, reversible: entry.hasRollback || keptAlone(file, entry) };
  if (!file) return { description: '', reversible: entry?.hasRollback ?? false };
  try {
    const migration = file.load();
    return { description: migration.description, reversible: migration.rollback.kind === 'sql' };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    complaints.push(error);
    return { description: file.name.replaceAll(/[_-]+/g, ' '), reversible: false };
  }
}

/** A data migration without a ROLLBACK section whose batches keep what they change. */
function keptAlone(file: MigrationStatus['file'], { type, success }: LedgerEntry): boolean {
  if (type !== 'data' || !success || !file) return false;
  try {
    return file.load().data?.keep === true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function summarize(rows: readonly StatusRow[]): Record<MigrationState, number> {
  const counts = Object.fromEntries(MIGRATION_STATES.map((state) => [state, 0])) as Record<MigrationState, number>;
  for (const row of rows) counts[row.state]++;
  return counts;
}
