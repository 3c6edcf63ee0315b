import { eventItem } from '../../ledger/write.ts';
import { asWritten } from '../../migration/as-written.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import { planSteps, type StepPlan, statementChecksum } from '../../plan/steps.ts';
import type { DatabaseError } from '../../postgres/database-error.ts';
import type { Problem } from '../../problem/problem.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import type { Worker } from '../worker.ts';

/** What was planned and refused. */
export interface Refused {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
  readonly version: string;
  readonly source: Migration;
  readonly statements: readonly Statement[];
  readonly plan: StepPlan;
  /** So many of its steps are done. */
  readonly done: number;
  readonly problem: Problem;
}

/**
 * Where the server refused a statement for standing in a transaction, which it rolled back: the plan with that statement
 * as a step of its own. The text could not tell: REINDEX or CLUSTER of a partitioned table (25001), a CALL or DO that
 * commits (2D000), the use of a label that the same transaction added in a way that the text does not show (55P04).
 * Undefined where another plan would not help. Says so on the terminal and on record.
 */
export async function planAgain(refused: Refused): Promise<StepPlan | undefined> {
  const hints = refused.worker.session.lost ? undefined : hintsFrom(refused);
  if (!hints) return undefined;
  const { engine, control, version, source, statements, plan, done, problem } = refused;
  const statementsDone = plan.steps.slice(0, done).reduce((sum, step) => sum + step.statements.length, 0);
  const outside = new Set([...outsideOf(plan), ...hints.outside]);
  const again = planSteps(statements, control.server.versionNum, {
    none: source.headers.transaction === 'none',
    outside,
    endBehindAddValue: hints.endBehindAddValue || plan.endBehindAddValue === true,
    statementsDone,
  });
  if (again.mode === 'transaction' || (hints.endBehindAddValue && again.steps.length === plan.steps.length))
    return undefined;
  await refused.worker.rollback();
  const { server } = problem.fields;
  const detail = {
    sqlstate: server?.sqlstate,
    message: engine.mask(server?.message ?? ''),
    ...hints,
    steps: again.steps.length,
  };
  await control.write([eventItem(control.names, engine.run, { event: 'planned_again', version, detail })]);
  engine.emit({ kind: 'note', message: `${version}: ${said(problem)}; rolled back, and run again step by step` });
  return { ...again, done };
}

function said({ fields: { server, statement } }: Problem): string {
  return `${asWritten(statement ?? '')}: ${server?.message} (${server?.sqlstate})`;
}

function hintsFrom({
  problem,
  statements,
  plan,
}: Refused): { outside: string[]; endBehindAddValue: boolean } | undefined {
  const { cause } = problem;
  const failed = statements.find((one) => one.sql === problem.fields.statement);
  if (plan.large || !failed || !isDatabaseError(cause) || runsOutside(plan, failed)) return undefined;
  const first = failed.words[0] ?? '';
  if (cause.code === LABEL_NOT_USABLE) return { outside: [], endBehindAddValue: true };
  const own = { outside: [statementChecksum(failed)], endBehindAddValue: false };
  if (cause.code === COMMITS && (first === 'CALL' || first === 'DO')) return own;
  return cause.code === IN_TRANSACTION && (GOES_THROUGH_TABLES.has(first) || isPlain(cause, first)) ? own : undefined;
}

/** Inside a function it is refused outside a transaction as well; SET TRANSACTION has the same code. */
function isPlain({ where }: DatabaseError, first: string): boolean {
  return where === undefined && first !== 'SET';
}

/** With a context that names the partitioned table. */
const GOES_THROUGH_TABLES = new Set(['REINDEX', 'CLUSTER', 'REPACK']);

function runsOutside({ steps }: StepPlan, failed: Statement): boolean {
  return steps.some((step) => !step.transactional && step.statements.some((one) => one.statement === failed));
}

/** active_sql_transaction, invalid_transaction_termination, unsafe_new_enum_value_usage (manual, Appendix A). */
const IN_TRANSACTION = '25001';
const COMMITS = '2D000';
const LABEL_NOT_USABLE = '55P04';

/** Those that an earlier refusal has put outside. */
function outsideOf(plan: StepPlan): string[] {
  return plan.steps
    .filter((step) => !step.transactional)
    .flatMap((step) => step.statements.map((one) => statementChecksum(one.statement)));
}
