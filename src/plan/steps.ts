import type { LargeBody, Migration, Statement } from '../migration/migration.ts';
import { type StatementKind, statementKind } from '../sql/kinds.ts';

export interface PlannedStatement {
  readonly statement: Statement;
  readonly kind: StatementKind;
}

/** What is done in one go: a transaction of one or more statements, or one statement that runs outside any. */
export interface Step {
  readonly transactional: boolean;
  readonly statements: readonly PlannedStatement[];
  /** Why it cannot run in a transaction. */
  readonly reason?: string;
}

export interface StepPlan {
  /** `transaction`: all of it together with its record; `steps`: each step by itself, recorded one at a time. */
  readonly mode: 'transaction' | 'steps';
  readonly steps: readonly Step[];
  /** The statements of a large file, which no step lists: one transaction of all of them. */
  readonly large?: LargeBody;
}

/** The statements of a plan that is one transaction, with their kinds; those of a large file as they are read. */
export function* transactionStatements(plan: StepPlan, serverVersionNum: number): Generator<PlannedStatement> {
  for (const step of plan.steps) yield* step.statements;
  for (const statement of plan.large?.statements() ?? []) {
    yield { statement, kind: statementKind(statement.sql, statement.words, serverVersionNum) };
  }
}

export function statementCount(plan: StepPlan): number {
  return plan.large?.statementCount ?? plan.steps.reduce((sum, step) => sum + step.statements.length, 0);
}

/** Splits statements into steps by what the server can run in a transaction block. */
export function planSteps(statements: readonly Statement[], serverVersionNum: number, forceNone = false): StepPlan {
  const planned = statements.map((statement) => ({
    statement,
    kind: statementKind(statement.sql, statement.words, serverVersionNum),
  }));
  if (!forceNone && planned.every((one) => one.kind.transactional)) {
    return { mode: 'transaction', steps: [{ transactional: true, statements: planned }] };
  }
  return { mode: 'steps', steps: forceNone ? planned.map(alone) : grouped(planned) };
}

/** Each statement by itself: what `Transaction: none` asks for. */
function alone(one: PlannedStatement): Step {
  return { transactional: false, statements: [one], reason: one.kind.reason ?? 'the file says Transaction: none' };
}

function grouped(planned: readonly PlannedStatement[]): Step[] {
  const steps: Step[] = [];
  let run: PlannedStatement[] = [];
  const closeRun = () => {
    if (run.length > 0) steps.push({ transactional: true, statements: run });
    run = [];
  };
  for (const one of planned) {
    if (one.kind.transactional) run.push(one);
    else {
      closeRun();
      steps.push(alone(one));
    }
  }
  closeRun();
  return steps;
}

export function planMigrationSteps(migration: Migration, serverVersionNum: number): StepPlan {
  const plan = planSteps(migration.statements, serverVersionNum, migration.headers.transaction === 'none');
  return migration.large ? { ...plan, large: migration.large } : plan;
}
