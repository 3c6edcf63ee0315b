import type { Kept } from '../../backup/kept.ts';
import type { PaceLimits } from '../../batch/pace.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { OWN_ROLE, pinSettings } from '../../postgres/session-settings.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { workerPins } from '../worker.ts';
import type { CodeLane } from './code/code-lane.ts';
import type { DataTable, DataWork } from './data-run.ts';
import type { BatchKeeping } from './keep/batch-keeping.ts';
import type { SelfReference } from './keep/self-reference.ts';
import type { Watch } from './signals/watch.ts';
import type { WorkerIdentity } from './store.ts';

/** One worker at one data migration: its session, which runs people's SQL and moves the position in the same transactions. */
export interface Lane {
  readonly engine: Engine;
  readonly control: Control;
  readonly session: Session;
  readonly worker: WorkerIdentity;
  readonly work: DataWork;
  readonly table: DataTable;
  readonly limits: PaceLimits;
  /** How many batches make a range. */
  readonly batchesInRange: number;
  /** Rest behind each batch, as a share of what it took. */
  readonly pause: number;
  readonly lockTimeoutMs: number;
  /** Looks at the server between two batches; undefined: whatever it says. */
  readonly watch: Watch | undefined;
  /** What runs in place of the statements. */
  readonly code: CodeLane | undefined;
  /** What its batches keep of the rows that they change. */
  readonly keeping: BatchKeeping | undefined;
  /** On the way back, the stores whose rows come back behind its statements; `events`: see placeOf. */
  readonly puts: readonly Kept[];
  readonly events: string;
  /** While it works at one of them: that one, and how its rows refer to each other. */
  readonly put?: Kept;
  readonly selfReference?: SelfReference;
}

/** To settle how a run goes, or to cut a range, takes other workers as long as this one: they are waited for. */
export const OTHERS_LOCK_TIMEOUT_MS = 60_000;

/** What a transaction of a worker begins with: our settings, and under a run's lease the proof that it is still held. */
export function beginItems(engine: Engine, control: Control, lockTimeoutMs: number): BatchItem[] {
  return [...beginReadingItems(engine, control, lockTimeoutMs), ...control.fenceItems];
}

/** The same where nothing is written: to hold the lease would, and make COMMIT wait for the disk. */
function beginReadingItems(engine: Engine, control: Control, lockTimeoutMs: number): BatchItem[] {
  const own = workerPins(engine);
  const pins = pinSettings(
    { ...own, lockTimeoutMs, idleInTransactionMs: SILENT_MS, custom: { ...own.custom, [OWN_ROLE]: control.role } },
    'transaction',
  );
  return [{ sql: 'BEGIN' }, { ...pins, name: 'taskflow_data_pins' }];
}

/**
 * A machine that has lost its power or its network closes no connection: the server would keep the transaction of a batch, and the locks of its
 * range and rows, until TCP gives up, which takes hours. So it ends a transaction whose client is silent for so long, which is shorter
 * than a lease: the range is free when that has run out.
 */
const SILENT_MS = 10_000;

/** Some questions as a transaction of their own. */
export function askingItems(
  { engine, control, lockTimeoutMs }: Pick<Lane, 'engine' | 'control' | 'lockTimeoutMs'>,
  items: readonly BatchItem[],
): BatchItem[] {
  return [...beginReadingItems(engine, control, lockTimeoutMs), ...items, { sql: 'COMMIT' }];
}

/** How many items of ours stand before those questions. */
export const ASKING_BEFORE = 2;

/** Asks something that writes nothing, on the worker's session. */
export async function ask(
  lane: Pick<Lane, 'engine' | 'control' | 'session' | 'lockTimeoutMs'>,
  item: BatchItem,
): Promise<Row[]> {
  try {
    const { results } = await lane.session.batch([askingItems(lane, [item])]);
    return results[0]?.[ASKING_BEFORE]?.rows ?? [];
  } catch (error) {
    await rollBack(lane.session);
    throw error;
  }
}

/** Some statements in a transaction of their own, on the worker's session, with the rows of the last. */
export async function inTransaction(
  { engine, control, session, lockTimeoutMs }: Pick<Lane, 'engine' | 'control' | 'session' | 'lockTimeoutMs'>,
  items: readonly BatchItem[],
): Promise<Row[]> {
  const all = [...beginItems(engine, control, lockTimeoutMs), ...items, { sql: 'COMMIT' }];
  try {
    const { results } = await session.batch([all]);
    return results[0]?.at(-2)?.rows ?? [];
  } catch (error) {
    await rollBack(session);
    throw error;
  }
}

/** Gives up a transaction that is open or failed; where the session is lost, the server does. */
export async function rollBack(session: Session): Promise<void> {
  if (session.lost || session.transactionStatus === 'I') return;
  await session.query('ROLLBACK');
}
