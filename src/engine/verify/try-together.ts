import type { Statement } from '../../migration/migration.ts';
import { type PlannedStatement, planSteps } from '../../plan/steps.ts';
import type { PlannedMigration } from '../../plan/up.ts';
import { Problem } from '../../problem/problem.ts';
import type { Print } from '../../snapshot/print.ts';
import { type DataFacts, TOO_LARGE } from '../../verify/data-facts.ts';
import { type Facts, type RerunFacts, SAME, type VerifyFacts } from '../../verify/facts.ts';
import { type Application, bodyItems, roleOf, timeoutsOf } from '../application.ts';
import { failureProblem, recordItems, SETTLE_CONSTRAINTS } from '../apply-transaction.ts';
import { checkVerify } from '../check-verify.ts';
import { isDatabaseError } from '../failure.ts';
import { statementItems, type WorkFailure, type WorkItem } from '../work-items.ts';
import { mayPrepare } from '../worker.ts';
import { applicationOn, type Bed } from './bed.ts';
import { inTransaction } from './data/grounds.ts';
import { type Marks, readMarks, restoreSequences, touchedTables } from './data/marks.ts';
import { tryData } from './data/trial.ts';
import {
  changedRows,
  printRows,
  type RowPrints,
  type Table,
  tablesWritten,
  type Written,
  writtenRows,
} from './rows.ts';
import { holdsAlready } from './vacuous.ts';

/**
 * `proven`: everything was as it must be, and the migration is applied. `doubtful`: something was not, which may be because all
 * of it ran in one transaction; nothing is applied. `failed`: it cannot be applied.
 */
export type Together =
  | { readonly kind: 'proven'; readonly facts: Facts; readonly print: Print }
  | { readonly kind: 'doubtful' }
  | { readonly kind: 'failed'; readonly problem: Problem };

const DOUBTFUL: Together = { kind: 'doubtful' };

/**
 * Tries a migration that is one transaction: applies it, goes its way back, applies it again and once more, looks at the schema
 * after each, and then undoes all but the first application: all in one transaction, without writing anything to disk in
 * between. `before`: the print of the schema as it stands, where it is known.
 */
export async function tryTogether(bed: Bed, planned: PlannedMigration, before?: Print): Promise<Together> {
  const attempt = new Attempt(bed, planned);
  try {
    return await attempt.run(before);
  } finally {
    await bed.worker.rollback();
  }
}

class Attempt {
  readonly #bed: Bed;
  readonly #application: Application;
  readonly #prepares: boolean;
  /** What was seen last, of what has not been taken back since. */
  #last: Print | undefined;

  constructor(bed: Bed, planned: PlannedMigration) {
    this.#bed = bed;
    this.#application = applicationOn(bed, planned);
    this.#prepares = mayPrepare(planned.migration);
  }

  async run(known?: Print): Promise<Together> {
    const { worker } = this.#bed;
    const { migration } = this.#application.planned;
    const failed = await this.#send(worker.begin(this.#prepares));
    if (failed) return this.#failed(failed);
    if (known) this.#last = await this.#bed.print.carriedOver(worker.session, known);
    const before = await this.#print();
    const start = await this.#marks();
    await worker.session.query('SAVEPOINT taskflow_before');
    const vacuous = await holdsAlready(worker.session, migration.verify);
    const written = vacuous ? await writtenRows(worker.session) : undefined;
    const problem = await this.#applyFirst();
    if (problem === 'doubtful') return DOUBTFUL;
    if (problem) return { kind: 'failed', problem };
    const after = await this.#print();
    const idle = before.text === after.text && written !== undefined && (await this.#wroteNothingSince(written));
    const first = await this.#marks();
    const reached = await touchedTables(worker.session, start.tables);
    await worker.session.query('SAVEPOINT taskflow_first');
    const rerun = await this.#thereAndBack(before, after);
    if (!rerun) return DOUBTFUL;
    const data = await this.#data(start, reached.all.size === 0);
    const isUndone = data?.undone === true;
    const unrecorded = isUndone ? await this.#applyAnew(start) : await this.#keepFirst(first);
    if (unrecorded) return isUndone ? DOUBTFUL : this.#failed(unrecorded);
    const facts: Facts = {
      version: migration.version,
      wayBack: this.#wayBack(data?.facts),
      rerun,
      verify: verifyFacts(migration.verify, vacuous, idle),
    };
    return { kind: 'proven', facts, print: after };
  }

  /** Doubtful where only the savepoint may be to blame: behind one a new enum's new label cannot be used, for one. */
  async #applyFirst(): Promise<Problem | 'doubtful' | undefined> {
    const { worker } = this.#bed;
    const body = await this.#send(bodyItems(this.#application));
    if (body && isOfOneTransaction(body)) return 'doubtful';
    if (body) return failureProblem(this.#application, body);
    try {
      await checkVerify(worker, this.#application.planned.migration, {}, roleOf(this.#application));
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
    const unsettled = await this.#send([SETTLE_CONSTRAINTS]);
    return unsettled && failureProblem(this.#application, unsettled);
  }

  async #wroteNothingSince(written: Written): Promise<boolean> {
    const { trackingSchema } = this.#bed.engine.settings;
    return (await tablesWritten(this.#bed.worker.session, written, trackingSchema)).length === 0;
  }

  /** What the second run has shown; undefined where anything is not as it must be. */
  async #thereAndBack(before: Print, after: Print): Promise<RerunFacts | undefined> {
    const back = this.#wayBackStatements();
    if (back) {
      if (await this.#anew(statementItems(back, this.#timeouts()))) return undefined;
      if ((await this.#print()).text !== before.text) return undefined;
      if (await this.#anew(bodyItems(this.#application))) return undefined;
    }
    const rerun = await this.#rerun();
    if (!rerun || (rerun.kind === 'refused' && !back)) return rerun;
    return (await this.#print()).text === after.text ? rerun : undefined;
  }

  async #rerun(): Promise<RerunFacts | undefined> {
    const { session } = this.#bed.worker;
    const { trackingSchema } = this.#bed.engine.settings;
    const written = await writtenRows(session);
    const last = this.#last;
    await session.query('SAVEPOINT taskflow_rerun');
    const failure = await this.#anew(bodyItems(this.#application));
    if (failure) {
      if (isOfOneTransaction(failure)) return undefined;
      await session.query('ROLLBACK TO SAVEPOINT taskflow_rerun');
      this.#last = last;
      return { kind: 'refused', problem: failureProblem(this.#application, failure), changed: SAME };
    }
    const tables = await tablesWritten(session, written, trackingSchema);
    if (tables.length === 0) return { kind: 'ran', changed: SAME, rows: [] };
    const then = await this.#rows(tables);
    // In this transaction they are hidden from the owner.
    if (!then) return undefined;
    const print = await this.#print();
    await session.query('ROLLBACK TO SAVEPOINT taskflow_rerun');
    this.#last = last;
    // Another schema is looked at with snapshots.
    if (print.text !== (await this.#print()).text) return undefined;
    return { kind: 'ran', changed: SAME, rows: changedRows(await printRows(session, tables), then) };
  }

  /** Undefined where the role may not see all of them: then the transaction is spoilt. */
  async #rows(tables: readonly Table[]): Promise<RowPrints | undefined> {
    try {
      return await printRows(this.#bed.worker.session, tables);
    } catch (error) {
      if (isDatabaseError(error)) return undefined;
      throw error;
    }
  }

  /**
   * What becomes of rows on the way there and back; undefined where none can change. What migration and rollback may do to a
   * table is known by their locks. `onlyNew`: to older tables the migration does nothing, so that it need not be applied again;
   * otherwise its application is gone behind this.
   */
  async #data(start: Marks, onlyNew: boolean): Promise<{ facts: DataFacts; undone: boolean } | undefined> {
    const back = this.#wayBackStatements();
    if (!back) return undefined;
    if (this.#application.planned.migration.large) return { facts: TOO_LARGE, undone: false };
    const { session } = this.#bed.worker;
    const { tables } = await this.#marks();
    const touched = await touchedTables(session, new Set([...start.tables, ...tables]));
    if (touched.all.size === 0) return undefined;
    if (!onlyNew) await session.query('ROLLBACK TO SAVEPOINT taskflow_before');
    const ground = inTransaction(session, {
      touched,
      apply: async () => (onlyNew ? undefined : (await this.#anew(bodyItems(this.#application)))?.error),
      back: async () => (await this.#anew(statementItems(back, this.#timeouts())))?.error,
      ...(onlyNew ? { olderTables: start.tables } : {}),
    });
    return { facts: await tryData(ground, this.#bed.engine.settings.trackingSchema), undone: !onlyNew };
  }

  async #applyAnew(start: Marks): Promise<WorkFailure | undefined> {
    const { worker } = this.#bed;
    await worker.session.query('ROLLBACK TO SAVEPOINT taskflow_before');
    await this.#restore(start);
    const items = [
      ...worker.afresh(this.#prepares),
      ...bodyItems(this.#application),
      ...recordItems(this.#application),
    ];
    return this.#send(items);
  }

  async #keepFirst(first: Marks): Promise<WorkFailure | undefined> {
    const { worker } = this.#bed;
    await worker.session.query('ROLLBACK TO SAVEPOINT taskflow_first');
    await this.#restore(first);
    return this.#send([...worker.afresh(this.#prepares), ...recordItems(this.#application)]);
  }

  #marks(): Promise<Marks> {
    return readMarks(this.#bed.worker.session, this.#bed.engine.settings.trackingSchema);
  }

  #restore(marks: Marks): Promise<void> {
    return restoreSequences(this.#bed.worker.session, this.#bed.engine.settings.trackingSchema, marks);
  }

  #wayBack(data: DataFacts | undefined): Facts['wayBack'] {
    const { rollback } = this.#application.planned.migration;
    if (rollback.kind === 'sql') return { kind: 'ran', undone: SAME, again: SAME, ...(data ? { data } : {}) };
    return rollback.kind === 'irreversible' ? { kind: 'irreversible', reason: rollback.reason } : { kind: 'none' };
  }

  #wayBackStatements(): readonly PlannedStatement[] | undefined {
    return wayBackSteps(this.#application.planned, this.#bed.control.server.versionNum)?.flatMap(
      (step) => step.statements,
    );
  }

  #timeouts() {
    return timeoutsOf(this.#bed.engine, this.#application.planned.migration);
  }

  #anew(items: Iterable<WorkItem>): Promise<WorkFailure | undefined> {
    return this.#send([...this.#bed.worker.afresh(this.#prepares), DEFER_CONSTRAINTS, ...items, SETTLE_CONSTRAINTS]);
  }

  async #send(items: Iterable<WorkItem>): Promise<WorkFailure | undefined> {
    return (await this.#bed.worker.send(items, {})).failure;
  }

  async #print(): Promise<Print> {
    this.#last = await this.#bed.print.take(this.#bed.worker.session, this.#last);
    return this.#last;
  }

  #failed(failure: WorkFailure): Together {
    return { kind: 'failed', problem: failureProblem(this.#application, failure) };
  }
}

/**
 * After SETTLE_CONSTRAINTS they would be checked at once for the rest of the transaction, and a file pass that, in a transaction
 * of its own, is refused for pending trigger events. Deferred is the stricter of the two, and what it refuses is tried apart.
 */
const DEFER_CONSTRAINTS: WorkItem = { item: { sql: 'SET CONSTRAINTS ALL DEFERRED' } };

/** The way back in the steps that it takes; undefined without one. */
function wayBackSteps({ migration }: PlannedMigration, serverVersionNum: number) {
  if (migration.rollback.kind !== 'sql') return undefined;
  const none = migration.headers.transaction === 'none';
  return planSteps(migration.rollback.statements, serverVersionNum, { none }).steps;
}

export function verifyFacts(queries: readonly Statement[], vacuous: boolean, idle: boolean): VerifyFacts {
  if (queries.length === 0) return { kind: 'none' };
  return vacuous ? { kind: 'vacuous', idle } : { kind: 'holds' };
}

/**
 * Refusals that separate transactions might not meet: pending trigger events and the like, a transaction under way, a label
 * of an enum that was added in it, a cursor.
 */
const OF_ONE_TRANSACTION: ReadonlySet<string> = new Set(['55006', '25001', '55P04', '25P01', '0A000']);

function isOfOneTransaction({ error }: WorkFailure): boolean {
  return OF_ONE_TRANSACTION.has((error as { code?: string }).code ?? '');
}
