import type { PlannedStatement, StepPlan } from '../plan/steps.ts';

export interface PrintedMigration {
  readonly version: string;
  readonly file: string;
  readonly plan: StepPlan;
}

/** The SQL that a plan would run, in order, as text that psql could read; what the tool itself adds is said in comments. */
export function planSql(migrations: readonly PrintedMigration[], record: string): string {
  return migrations.map((one) => migrationSql(one, record)).join('\n');
}

function migrationSql({ version, file, plan }: PrintedMigration, record: string): string {
  const parts = plan.steps.map((step) =>
    step.transactional ? transactionSql(step.statements, plan, version, record) : singleSql(step),
  );
  const closing = plan.mode === 'steps' ? [`-- ${record} ${version}`] : [];
  return [`-- ${version} (${file})`, ...parts, ...closing, ''].join('\n');
}

function transactionSql(
  statements: readonly PlannedStatement[],
  plan: StepPlan,
  version: string,
  record: string,
): string {
  const recorded = plan.mode === 'transaction' ? [`-- ${record} ${version}`] : ['-- record: this step is done'];
  const large = plan.large ? [`-- ${plan.large.statementCount} statements, read from the file as they run`] : [];
  return ['BEGIN;', ...large, ...statements.map(statementSql), ...recorded, 'COMMIT;'].join('\n');
}

function singleSql(step: StepPlan['steps'][number]): string {
  return [
    `-- outside a transaction: ${step.reason ?? ''}`,
    ...step.statements.map(statementSql),
    '-- record: this step is done',
  ].join('\n');
}

function statementSql({ statement }: PlannedStatement): string {
  const data = typeof statement.copyData === 'string' ? `\n${statement.copyData}\\.` : '';
  return `${statement.sql};${data}`;
}
