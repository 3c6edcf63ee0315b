import { type PlannedStatement, type Step, type StepPlan, writtenText } from '../plan/steps.ts';
import { visibleName } from './visible.ts';

type Statement = PlannedStatement['statement'];

export interface PrintedMigration {
  readonly version: string;
  readonly file: string;
  readonly plan: StepPlan;
  /** The VERIFY queries that run before the record. */
  readonly verify?: readonly Statement[];
}

/** What only text cannot show, and which dry run does; nothing was run for it, and no sequence has moved. */
export function limitsOfPlan(direction: 'apply' | 'roll back'): readonly string[] {
  return [
    `Whether PostgreSQL takes them: ${direction === 'apply' ? '--dry-run=rehearse or ' : ''}--dry-run=live.`,
    'Their locks, rewrites, scans and times: --dry-run=live.',
    'How long the real run waits for its locks, and what becomes of the rows.',
  ];
}

/**
 * The SQL that a plan would run, in order, as text that psql could read; what the tool itself adds, and what such a text cannot
 * show, is said in comments.
 */
export function planSql(migrations: readonly PrintedMigration[], direction: 'apply' | 'roll back'): string {
  const record = direction === 'apply' ? 'record: applied' : 'record: rolled back';
  const limits = [
    '-- Nothing was run. What this text cannot show:',
    ...limitsOfPlan(direction).map((one) => `--   ${one}`),
  ];
  return `${migrations.map((one) => migrationSql(one, record)).join('\n')}\n${limits.join('\n')}\n`;
}

function migrationSql({ version, file, plan, verify = [] }: PrintedMigration, record: string): string {
  const closing = [...verifySql(verify), `-- ${record} ${version}`];
  const parts = plan.steps.map((step, i) => (i < (plan.done ?? 0) ? doneSql(step, i) : stepSql(step, plan, closing)));
  const code = isCode(file) && plan.mode === 'batches' && record.includes('applied') ? [CODE] : [];
  return [
    `-- ${version} (${visibleName(file)})`,
    ...code,
    ...parts,
    ...(plan.mode === 'transaction' ? [] : closing),
    '',
  ].join('\n');
}

const EACH_RANGE = '-- once for each range of its key, which :batch stands for';
const KEPT_ROWS = '-- once for each part of the rows that its batches have kept, which come back';
const CODE = '-- in place of these statements runs the code of the file: they tell what it reads and writes';

function isCode(file: string): boolean {
  return /\.(?:ts|mjs)$/.test(file);
}

function stepSql(step: Step, plan: StepPlan, closing: readonly string[]): string {
  return step.transactional ? transactionSql(step, plan, closing) : singleSql(step);
}

/** As a comment: it is not run again. */
function doneSql({ statements }: Step, index: number): string {
  const lines = statements.flatMap((one) => statementSql(one).split('\n'));
  return [`-- step ${index + 1} is done, by an earlier run:`, ...lines.map((line) => `--   ${line}`)].join('\n');
}

/** As comments: psql would not stop where one of them is not true. */
function verifySql(queries: readonly Statement[]): string[] {
  if (queries.length === 0) return [];
  const lines = queries.flatMap(({ sql }) => `${sql};`.split('\n'));
  return ['-- verify: every value of every row must be true', ...lines.map((line) => `--   ${line}`)];
}

function transactionSql({ statements, reason }: Step, plan: StepPlan, closing: readonly string[]): string {
  const recorded =
    plan.mode === 'transaction'
      ? closing
      : [`-- record: ${plan.mode === 'steps' ? 'this step' : 'this batch'} is done`];
  const ends = reason === undefined ? [] : [`-- ends here: ${reason}`];
  const large = plan.large ? [`-- ${plan.large.statementCount} statements, read from the file as they run`] : [];
  const batches = plan.mode === 'batches' ? [statements.length > 0 ? EACH_RANGE : KEPT_ROWS] : [];
  return [...batches, 'BEGIN;', ...large, ...statements.map(statementSql), ...recorded, ...ends, 'COMMIT;'].join('\n');
}

function singleSql(step: Step): string {
  return [
    `-- outside a transaction: ${step.reason ?? ''}`,
    ...step.statements.map(statementSql),
    '-- record: this step is done',
  ].join('\n');
}

function statementSql(planned: PlannedStatement): string {
  const { statement } = planned;
  const data = typeof statement.copyData === 'string' ? `\n${statement.copyData}\\.` : '';
  return `${writtenText(planned)};${data}`;
}
