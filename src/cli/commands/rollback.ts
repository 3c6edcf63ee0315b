import type { Control } from '../../engine/control.ts';
import type { Engine } from '../../engine/engine.ts';
import { isProduction } from '../../engine/production.ts';
import {
  type DownPlan,
  planRollback,
  type RollbackOptions,
  type RollbackResult,
  rollback,
} from '../../engine/rollback.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import { returningText } from '../../report/kept-text.ts';
import { planSql } from '../../report/plan-sql.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { dryRunLevel, finishDryRun } from '../live-dry-run.ts';
import { confirmChange, exclusive, withEngine } from '../open.ts';
import { finishRun, planJson, uncertain, unfinished } from '../run-result.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  exclusive(context, ['to', 'version', 'steps']);
  const { args } = context;
  const options: RollbackOptions = {
    to: args.value('to'),
    version: args.value('version'),
    cascade: cascadeOf(context),
    steps: args.integer('steps', 1),
    data: !args.has('no-data'),
  };
  const level = dryRunLevel(context);
  const onProduction = args.has('yes-on-production');
  return withEngine(context, {}, async (engine) => {
    if (level === 'print') return print(context, engine, options);
    if (level === 'live') {
      const { dryRunRollback } = await import('../../engine/dry-run/rollback.ts');
      return finishDryRun(context, await dryRunRollback(engine, { ...options, onProduction }));
    }
    const approve = (plan: DownPlan, control: Control) => askFor(context, engine, plan, control);
    const result = await rollback(engine, { ...options, approve });
    return finishRun(context, result, sentence(result));
  });
}

function cascadeOf({ args }: CommandContext): boolean {
  if (args.has('cascade') && args.value('version') === undefined)
    throw new Problem('usage', '--cascade goes with --version: it undoes what stands on that version, too', {
      next: ['See: taskflow-db help rollback'],
    });
  return args.has('cascade');
}

async function print(context: CommandContext, engine: Engine, options: RollbackOptions): Promise<ExitStatus> {
  const { plan } = await planRollback(engine, options);
  const printed = plan.rollbacks.map(({ version, source, plan: steps }) => ({
    version,
    file: source.file,
    plan: steps,
  }));
  if (context.wantsJson)
    context.json({ ...planJson(printed, 'roll back'), returns: plan.returns, ...halfDoneJson(plan) });
  else if (printed.length > 0) {
    context.stdout.write(planSql(printed, 'roll back'));
    tellHalfDone(context, plan);
    tellReturns(context, plan);
  } else {
    tellHalfDone(context, plan);
    context.stderr.line('Nothing to roll back.');
  }
  return EXIT.done;
}

function halfDoneJson({ halfDone, staysHalfDone }: DownPlan) {
  return { halfDone: halfDone[0] ?? null, allHalfDone: halfDone, staysHalfDone };
}

/** They are not in force, and what is done of them is taken back, or stays. */
function tellHalfDone({ stderr }: CommandContext, { halfDone, staysHalfDone }: DownPlan): void {
  for (const { version, state, direction, rows, batches } of halfDone) {
    const what =
      direction === 'down'
        ? `its way back is ${state}, and goes on`
        : `it is ${state}: ${count(batches, 'batch', 'batches')} that are committed (${count(rows, 'row')}) are taken back`;
    stderr.line(wrap(`${version}: ${what}`, stderr.width, '  '));
  }
  for (const { version, state, direction, rows } of staysHalfDone) {
    const what = direction === 'down' ? `its way back is ${state}` : `it is ${state}, ${count(rows, 'row')} of it done`;
    stderr.line(
      wrap(
        `warning: ${version} stays half done: ${what}. Taken back by: taskflow-db rollback --version ${version}`,
        stderr.width,
        '  ',
      ),
    );
  }
}

/** What of the data comes back. */
function tellReturns({ stderr, args }: CommandContext, { returns, rollbacks }: DownPlan): void {
  if (!args.has('no-data'))
    for (const { version } of rollbacks.filter(({ leavesData }) => leavesData))
      stderr.line(
        wrap(
          `${version}: its way back was begun with --no-data and goes on like that: what was kept stays where it is`,
          stderr.width,
          '  ',
        ),
      );
  for (const one of returns) stderr.line(wrap(`${one.version}: ${returningText(one)}`, stderr.width, '  '));
}

async function askFor(context: CommandContext, engine: Engine, plan: DownPlan, control: Control): Promise<void> {
  tellHalfDone(context, plan);
  if (plan.rollbacks.length === 0) return;
  const versions = plan.rollbacks.map((one) => one.version);
  for (const { version, why } of plan.unsure)
    context.stderr.line(
      wrap(`warning: whether ${version} needs it nobody can tell: ${why}`, context.stderr.width, '  '),
    );
  tellReturns(context, plan);
  await confirmChange(context, {
    what: `Roll back ${shownOf(versions, context.args.has('cascade'))}`,
    database: control.server.database,
    production: isProduction(engine, control),
    losesData: true,
  });
}

/** Of a cascade each is named: others in between stay, so that its ends would promise too much. */
function shownOf(versions: readonly string[], isCascade: boolean): string {
  if (versions.length <= 3) return versions.join(', ');
  if (!isCascade) return `${count(versions.length, 'migration')} (${versions[0]} down to ${versions.at(-1)})`;
  const standing = versions.slice(0, -1);
  const more = standing.length > NAMED_MAX ? `, and ${standing.length - NAMED_MAX} more: --dry-run shows all` : '';
  return `${versions.at(-1)} and ${standing.length} that stand on it (${standing.slice(0, NAMED_MAX).join(', ')}${more})`;
}

const NAMED_MAX = 12;

function sentence(result: RollbackResult): string {
  const undone = result.migrations.filter((one) => one.state === 'rolled_back').length;
  if (undone === 0 && result.ok) return `Nothing to roll back in ${result.database}.`;
  if (result.ok) return `${count(undone, 'migration')} rolled back in ${result.database}.`;
  if (!result.certain) return uncertain(result, 'rolled_back', result.database);
  return `${unfinished(result, 'rolled_back', 'applied', 'not undone')} (${result.database}).`;
}
