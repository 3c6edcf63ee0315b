import { transactionStatements } from '../../plan/steps.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import type { Session } from '../../postgres/session.ts';
import { pinSettings } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import type { Facts, RerunFacts, WayBackFacts } from '../../verify/facts.ts';
import { applyMigration } from '../apply.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError, statementProblem } from '../failure.ts';
import { workerPins } from '../worker.ts';
import { applicationOn, type Bed } from './bed.ts';
import { leavesRows } from './leaves-rows.ts';
import { Doubt, type Looker } from './look.ts';
import { withRowReader } from './row-reader.ts';
import { changedRows, printRows, type RowPrints } from './rows.ts';
import { verifyFacts } from './try-together.ts';
import { undoOn } from './undo-on.ts';
import { holdsAlready } from './vacuous.ts';

/** It could not be applied the first time: that is no matter of the way back. */
export class CannotApply extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/**
 * Tries a migration as `migrate` and `rollback` would run it: applies it, goes its way back, applies it again, and runs its SQL
 * once more. `elsewhere` runs a use with another bed where the migration is not applied: for the second run, where what came
 * before has left this one in a state that proves nothing. Throws CannotApply; Doubt, where the looker knows no more.
 */
export async function tryApart<Seen>(
  bed: Bed,
  planned: PlannedMigration,
  looker: Looker<Seen>,
  elsewhere: <T>(use: (bed: Bed) => Promise<T>) => Promise<T>,
): Promise<Facts> {
  const { version, migration } = planned;
  const before = await looker.look(bed);
  const vacuous = await vacuousOn(bed, planned);
  await applyFirst(bed, planned);
  const after = await looker.look(bed);
  const wayBack = await thereAndBack(bed, planned, looker, before, after);
  const clean = wayBack.kind === 'none' || wayBack.kind === 'irreversible' || isProven(wayBack);
  const rerun = clean
    ? await secondRun(bed, planned, looker, after)
    : await elsewhere(async (other) => {
        await applyFirst(other, planned);
        return secondRun(other, planned, looker, await looker.look(other));
      });
  const idle = vacuous && isSame(looker, before, after);
  return { version, wayBack, rerun, verify: verifyFacts(migration.verify, vacuous, idle) };
}

export function isProven(facts: WayBackFacts): boolean {
  return facts.kind === 'ran' && facts.undone.equal && facts.again.equal;
}

function isSame<Seen>(looker: Looker<Seen>, before: Seen, after: Seen): boolean {
  try {
    return looker.differenceOf(before, after).equal;
  } catch (error) {
    if (error instanceof Doubt) return false;
    throw error;
  }
}

async function vacuousOn({ worker }: Bed, { migration }: PlannedMigration): Promise<boolean> {
  if (migration.verify.length === 0) return false;
  await worker.session.query('BEGIN');
  const vacuous = await holdsAlready(worker.session, migration.verify);
  await worker.session.query('ROLLBACK');
  return vacuous;
}

/** Applies it where it is not applied; throws CannotApply. */
export async function applyFirst(bed: Bed, planned: PlannedMigration): Promise<void> {
  await applyMigration(applicationOn(bed, planned)).catch((error: unknown) => {
    throw error instanceof Problem ? new CannotApply(error) : error;
  });
}

async function thereAndBack<Seen>(
  bed: Bed,
  planned: PlannedMigration,
  looker: Looker<Seen>,
  before: Seen,
  after: Seen,
): Promise<WayBackFacts> {
  const { rollback } = planned.migration;
  if (rollback.kind === 'none') return { kind: 'none' };
  if (rollback.kind === 'irreversible') return { kind: 'irreversible', reason: rollback.reason };
  const notUndone = await problemOf(undoOn(bed, planned));
  if (notUndone) return { kind: 'failed', problem: notUndone };
  const undone = looker.differenceOf(before, await looker.look(bed));
  const notAgain = await problemOf(applyMigration(applicationOn(bed, planned)));
  if (notAgain) return { kind: 'not again', undone, problem: notAgain };
  return { kind: 'ran', undone, again: looker.differenceOf(after, await looker.look(bed)) };
}

async function problemOf(run: Promise<unknown>): Promise<Problem | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

async function secondRun<Seen>(
  bed: Bed,
  planned: PlannedMigration,
  looker: Looker<Seen>,
  once: Seen,
): Promise<RerunFacts> {
  const session = await bed.engine.connect('migration');
  try {
    const rowsOnce = await rowsOf(bed, planned);
    const problem = await runAgain(session, bed, planned);
    const changed = looker.differenceOf(once, await looker.look(bed));
    if (problem) return { kind: 'refused', problem, changed };
    return { kind: 'ran', changed, rows: changedRows(rowsOnce, await rowsOf(bed, planned)) };
  } finally {
    await session.end();
  }
}

/** Of a migration that only defines objects no rows change, unless they are tables. */
async function rowsOf(bed: Bed, planned: PlannedMigration): Promise<RowPrints> {
  const statements = [...transactionStatements(planned.plan, bed.control.server.versionNum)];
  return statements.every(({ statement }) => leavesRows(statement)) ? new Map() : withRowReader(bed.engine, printRows);
}

/** The file's SQL as it stands, in the same transactions; the Problem of the statement that is refused. */
async function runAgain(session: Session, bed: Bed, planned: PlannedMigration): Promise<Problem | undefined> {
  const { migration, plan } = planned;
  const pins = pinsOf(bed.engine);
  await session.query(pins.sql, pins.params);
  for (const step of plan.steps) {
    const statements = step.statements.map(({ statement }) => statement);
    if (step.transactional) await session.query('BEGIN');
    for (const statement of statements) {
      const copy = statement.copyData === undefined ? {} : { copyData: statement.copyData };
      const { failure } = await session.runBatch([[{ sql: statement.sql, ...copy }]]);
      if (!failure) continue;
      if (!isDatabaseError(failure.error)) throw failure.error;
      if (session.transactionStatus !== 'I') await session.query('ROLLBACK');
      return statementProblem(failure.error, migration, statement, migration.statements, bed.control.role);
    }
    if (step.transactional) await session.query('COMMIT');
  }
  return undefined;
}

function pinsOf(engine: Engine) {
  return pinSettings({ ...workerPins(engine), statementTimeoutMs: 0, lockTimeoutMs: 0 }, 'session');
}
