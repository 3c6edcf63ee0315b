import { textChecksumOf } from '../migration/checksum.ts';
import type { LargeBody, Migration, Statement } from '../migration/migration.ts';
import { writtenSql } from '../migration/placeholder.ts';
import { type StatementKind, statementKind } from '../sql/kinds.ts';
import { enumBoundaries } from './enum-labels.ts';

export interface PlannedStatement {
  readonly statement: Statement;
  readonly kind: StatementKind;
}

/** What is done in one go: a transaction of one or more statements, or one statement that runs outside any. */
export interface Step {
  readonly transactional: boolean;
  readonly statements: readonly PlannedStatement[];
  /** Why it cannot run in a transaction, or why its transaction ends behind it. */
  readonly reason?: string;
}

export interface StepPlan {
  /**
   * `transaction`: all of it together with its record; `steps`: each step by itself, recorded one at a time; `batches`: a data
   * migration, whose one step runs once for each range of a key.
   */
  readonly mode: 'transaction' | 'steps' | 'batches';
  readonly steps: readonly Step[];
  /** So many of the steps were done by an earlier run. */
  readonly done?: number;
  /** The server refused the use of a label in the transaction that added it: one ends behind each ADD VALUE. */
  readonly endBehindAddValue?: true;
  /** The statements of a large file, which no step lists: one transaction of all of them. */
  readonly large?: LargeBody;
}

/** What the text of a file does not say about its steps: its header, and what a server or an earlier run has shown. */
export interface StepHints {
  /** The header says `Transaction: none`: each statement is a step. */
  readonly none?: boolean;
  /** Checksums of statements that the server refused in a transaction. */
  readonly outside?: ReadonlySet<string>;
  /** The server refused the use of a label in the transaction that added it. */
  readonly endBehindAddValue?: boolean;
  /** So many statements are done: a step ends behind them. */
  readonly statementsDone?: number;
}

/** The statements of a plan that is one transaction, with their kinds; those of a large file as they are read. */
export function* transactionStatements(plan: StepPlan, serverVersionNum: number): Generator<PlannedStatement> {
  for (const step of plan.steps) yield* step.statements;
  for (const statement of plan.large?.statements() ?? []) {
    yield { statement, kind: statementKind(statement.sql, statement.words, serverVersionNum) };
  }
}

/** As it stands in its file. */
export function writtenText({ statement }: PlannedStatement): string {
  return statement.batch ? writtenSql(statement) : statement.sql;
}

export function statementCount(plan: StepPlan): number {
  return plan.large?.statementCount ?? plan.steps.reduce((sum, step) => sum + step.statements.length, 0);
}

/** Splits statements into steps by what the server can run in a transaction block. */
export function planSteps(statements: readonly Statement[], serverVersionNum: number, hints: StepHints = {}): StepPlan {
  const planned = statements.map((statement) => ({
    statement,
    kind: kindOf(statement, serverVersionNum, hints),
  }));
  const ends = hints.none ? NO_ENDS : enumBoundaries(statements, serverVersionNum, hints.endBehindAddValue);
  const steps = grouped(planned, (i) => endsBehind(i, statements.length, ends, hints));
  const [only] = steps;
  const whole = steps.length <= 1 && !hints.none && only?.transactional !== false;
  return {
    mode: whole ? 'transaction' : 'steps',
    steps: whole && !only ? [EMPTY] : steps,
    ...(hints.endBehindAddValue ? { endBehindAddValue: true } : {}),
  };
}

const NO_ENDS: ReadonlySet<number> = new Set();
const EMPTY: Step = { transactional: true, statements: [] };
const LABEL = 'a label that is added to an enum can be used only after its transaction';
const HEADER = 'the file says Transaction: none';

function kindOf(statement: Statement, serverVersionNum: number, { none, outside }: StepHints): StatementKind {
  const kind = statementKind(statement.sql, statement.words, serverVersionNum);
  if (!kind.transactional) return kind;
  if (outside?.has(statementChecksum(statement))) {
    return { ...kind, transactional: false, reason: 'the server refused it in a transaction' };
  }
  return none && mayEndTransactions(statement) ? { ...kind, transactional: false, reason: HEADER } : kind;
}

export function statementChecksum({ sql }: Statement): string {
  return textChecksumOf(sql);
}

/**
 * What may commit by itself, or be refused in a transaction for what the catalog says: a CALL, a DO whose text speaks of
 * committing or calling, and the commands that go through partitions one at a time.
 */
function mayEndTransactions({ sql, words }: Statement): boolean {
  const first = words[0] ?? '';
  if (first === 'DO') return /commit|rollback|call|execute/i.test(sql);
  return first === 'CALL' || first === 'REINDEX' || first === 'CLUSTER';
}

/** Why a step ends behind this statement though the next could share its transaction; undefined where it does not. */
function endsBehind(i: number, length: number, ends: ReadonlySet<number>, hints: StepHints): string | undefined {
  if (i + 1 === length) return undefined;
  if (hints.none) return HEADER;
  if (ends.has(i)) return LABEL;
  return i + 1 === hints.statementsDone ? 'an earlier run got so far' : undefined;
}

function grouped(planned: readonly PlannedStatement[], endsHere: (i: number) => string | undefined): Step[] {
  const steps: Step[] = [];
  let run: PlannedStatement[] = [];
  const closeRun = (reason?: string) => {
    if (run.length > 0) steps.push({ transactional: true, statements: run, ...(reason ? { reason } : {}) });
    run = [];
  };
  for (const [i, one] of planned.entries()) {
    if (one.kind.transactional) run.push(one);
    else {
      closeRun();
      steps.push({ transactional: false, statements: [one], reason: one.kind.reason ?? '' });
    }
    const end = endsHere(i);
    if (end !== undefined) closeRun(end);
  }
  closeRun();
  return steps;
}

/** The statements of a data migration, or of its way back, as they run in batches. */
export function planBatches(statements: readonly Statement[], serverVersionNum: number): StepPlan {
  return { ...planSteps(statements, serverVersionNum), mode: 'batches' };
}

export function planMigrationSteps(migration: Migration, serverVersionNum: number, hints: StepHints = {}): StepPlan {
  const plan = planSteps(migration.statements, serverVersionNum, {
    ...hints,
    none: migration.headers.transaction === 'none',
  });
  return migration.large ? { ...plan, large: migration.large } : plan;
}

/** Of the steps up to `done`: how many statements they hold, and a checksum over their text. */
export interface DonePart {
  readonly statements: number;
  readonly sha256: string;
}

export function donePart(steps: readonly Step[], done: number): DonePart {
  return donePartOf(
    steps.slice(0, done).flatMap((step) => step.statements.map((one) => one.statement)),
    Number.POSITIVE_INFINITY,
  );
}

function donePartOf(statements: readonly Statement[], length: number): DonePart {
  const part = statements.slice(0, length);
  return { statements: part.length, sha256: textChecksumOf(part.map((one) => one.sql).join('\0')) };
}

/** Whether the file still begins with the statements that were done. */
export function beginsWith(statements: readonly Statement[], done: DonePart): boolean {
  return statements.length >= done.statements && donePartOf(statements, done.statements).sha256 === done.sha256;
}

/**
 * The statements before a step that set something for the session, which a step that runs in another session, or behind
 * the clean-up between two transactions, needs again: SET, RESET and `SELECT set_config(...)`.
 */
export function settingsBefore(steps: readonly Step[], index: number): PlannedStatement[] {
  return steps.slice(0, index).flatMap((step) => step.statements.filter(setsSession));
}

function setsSession({ statement: { words }, kind }: PlannedStatement): boolean {
  if (kind.class === 'set') return words[1] !== 'LOCAL';
  return (
    words[0] === 'SELECT' && (words[1] === 'SET_CONFIG' || (words[1] === 'PG_CATALOG' && words[3] === 'SET_CONFIG'))
  );
}
