import type { SkippedMigration } from '../plan/up.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import type { Problem } from '../problem/problem.ts';
import type { RunResult } from '../report/events.ts';
import { maskProblem } from '../report/mask-problem.ts';
import { limitsOfPlan, type PrintedMigration } from '../report/plan-sql.ts';
import { renderProblem } from '../report/problem-text.ts';
import type { CommandContext } from './context.ts';

/** Ends a run: the JSON document, or the problem (stderr) and one sentence (stdout) on what is true now. */
export function finishRun(
  context: CommandContext,
  result: RunResult & { problem: Problem | null },
  sentence: string,
): ExitStatus {
  const { ok, runId, migrations, failed, certain, problem, held } = result;
  if (context.wantsJson)
    context.json({ ok, runId, migrations, ...(held === undefined ? {} : { held }), failed, certain });
  else {
    if (problem) tellProblem(context, problem);
    context.stdout.line(sentence);
  }
  return problem ? problem.exitStatus : EXIT.done;
}

/** On stderr, its secrets hidden before a long line of it is cut. */
export function tellProblem({ stderr, masked }: CommandContext, problem: Problem): void {
  stderr.write(`${renderProblem(maskProblem(problem, { apply: masked }), stderr)}\n`);
}

/** `2 of 5 applied; 003_x failed; 2 not reached`: what is true after a run that did not get to its end. */
export function unfinished(result: RunResult, done: string, left: string, leftWord: string): string {
  const all = result.migrations.filter((one) => one.state !== 'skipped');
  const finished = all.filter((one) => one.state === done).length;
  const failed = all.filter((one) => one.state === 'failed').map((one) => `; ${one.version} failed`);
  const open = all.filter((one) => one.state === left).length;
  return `${finished} of ${all.length} ${done.replace('_', ' ')}${failed.join('')}${open > 0 ? `; ${open} ${leftWord}` : ''}`;
}

/** As `unfinished`, where the server could not be asked any more. */
export function uncertain(result: RunResult, done: string, where: string): string {
  const all = result.migrations.filter((one) => one.state !== 'skipped');
  const known = all.filter((one) => one.state === done).length;
  return `${known} of ${all.length} known to be ${done.replace('_', ' ')}; when the server is back: taskflow-db status (${where}).`;
}

/** What a dry run says to programs. */
export function planJson(
  migrations: readonly PrintedMigration[],
  direction: 'apply' | 'roll back',
  skipped: readonly SkippedMigration[] = [],
) {
  return {
    ok: true,
    migrations: migrations.map(({ version, file, plan, verify = [] }) => ({
      version,
      file,
      transaction: plan.mode === 'transaction',
      statements: plan.steps.flatMap((step, i) =>
        step.statements.map(({ statement }) => ({
          sql: statement.sql,
          line: statement.line,
          column: statement.column,
          transactional: step.transactional,
          step: i + 1,
          done: i < (plan.done ?? 0),
        })),
      ),
      verify: verify.map(({ sql }) => sql),
    })),
    skipped: skipped.map(({ version, reason }) => ({ version, reason })),
    cannotShow: limitsOfPlan(direction),
  };
}
