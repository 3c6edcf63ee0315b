import { resolve } from 'node:path';
import type { Control } from '../../engine/control.ts';
import type { Engine } from '../../engine/engine.ts';
import { migrate } from '../../engine/migrate.ts';
import type { MigrateOptions, MigrateResult } from '../../engine/migrate-result.ts';
import { isProduction } from '../../engine/production.ts';
import type { UpPlan } from '../../plan/up.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { CommandContext } from '../context.ts';
import { dryRunLevel, finishDryRun } from '../live-dry-run.ts';
import { confirmChange, exclusive, withEngine, withScratchServer } from '../open.ts';
import { finishRun, planJson, uncertain, unfinished } from '../run-result.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  exclusive(context, ['to', 'version', 'only', 'plan']);
  const { args } = context;
  const options = await optionsOf(context);
  const level = dryRunLevel(context);
  if (level !== 'rehearse' && !args.has('check-drift')) refuseScratch(context);
  if (level === 'print') {
    return withEngine(context, {}, async (engine) => {
      await refuseDrift(context, engine);
      return print(context, engine, options);
    });
  }
  if (level === 'rehearse') {
    const { rehearseMigrate } = await import('../../engine/dry-run/rehearse.ts');
    return withScratchServer(context, (openScratch) =>
      withEngine(context, {}, async (engine) => {
        await refuseDrift(context, engine);
        return finishDryRun(context, await rehearseMigrate(engine, openScratch, options));
      }),
    );
  }
  if (level === 'live') {
    const { dryRunMigrate } = await import('../../engine/dry-run/migrate.ts');
    const onProduction = args.has('yes-on-production');
    return withEngine(context, {}, async (engine) => {
      await refuseDrift(context, engine);
      return finishDryRun(context, await dryRunMigrate(engine, { ...options, onProduction }));
    });
  }
  return withEngine(context, { mayCreateEmbedded: true }, async (engine) => {
    await refuseDrift(context, engine);
    const approve = (plan: UpPlan, control: Control, change: string | undefined) =>
      askFor(context, engine, plan, control, change);
    const result = await migrate(engine, { ...options, approve });
    return finishRun(context, result, sentence(result));
  });
}

/** What is asked for by flags, or by the plan that is named instead. */
async function optionsOf(context: CommandContext): Promise<MigrateOptions> {
  const { args, cwd } = context;
  const file = args.value('plan');
  const jobs = args.integer('jobs', 1);
  if (file !== undefined) {
    for (const flag of ['dry-run', 'allow-late', 'single-transaction']) exclusive(context, ['plan', flag]);
    const { readPlanFile } = await import('../../engine/plan/plan-file.ts');
    const bound = readPlanFile(resolve(cwd, file), file);
    const { to, only, allowLate, singleTransaction } = bound.choice;
    const forceContract = args.value('force-contract');
    return { to: to ?? undefined, only: only ?? undefined, allowLate, singleTransaction, jobs, bound, forceContract };
  }
  exclusive(context, ['single-transaction', 'jobs']);
  return {
    jobs,
    to: args.value('to') ?? args.value('version'),
    only: args.value('only'),
    allowLate: args.has('allow-late'),
    singleTransaction: args.has('single-transaction'),
    forceContract: args.value('force-contract'),
  };
}

/** Whoever names a scratch server wants something to be proven there. */
function refuseScratch({ args }: CommandContext): void {
  if (!args.has('scratch')) return;
  throw new Problem('usage', '--scratch goes with a rehearsal or a check for drift only', {
    expected: '--dry-run=rehearse or --check-drift',
    state: 'Nothing was run.',
  });
}

/** With `--check-drift`, before anything is asked or run. */
async function refuseDrift(context: CommandContext, engine: Engine): Promise<void> {
  if (!context.args.has('check-drift')) return;
  const { checkDrift } = await import('../../engine/schema/check-drift.ts');
  const { driftRemarks } = await import('../drift-remarks.ts');
  const drift = await withScratchServer(context, (openScratch) => checkDrift(engine, openScratch));
  for (const message of drift ? driftRemarks(drift) : []) engine.emit({ kind: 'note', message });
}

async function print(context: CommandContext, engine: Engine, options: MigrateOptions): Promise<ExitStatus> {
  const { planMigrate } = await import('../../engine/plan-migrate.ts');
  const { plan } = await planMigrate(engine, options);
  const printed = plan.migrations.map(({ version, migration, plan: steps }) => ({
    version,
    file: migration.file,
    plan: steps,
    verify: migration.verify,
  }));
  for (const { version, reason } of plan.skipped) engine.emit({ kind: 'skipped', version, reason });
  for (const { version, reason, evidence } of plan.held) engine.emit({ kind: 'held', version, reason, evidence });
  if (context.wantsJson) context.json(planJson(printed, 'apply', plan.skipped));
  else if (printed.length > 0)
    context.stdout.write((await import('../../report/plan-sql.ts')).planSql(printed, 'apply'));
  else context.stderr.line('Nothing to apply.');
  return EXIT.done;
}

async function askFor(
  context: CommandContext,
  engine: Engine,
  plan: UpPlan,
  control: Control,
  change: string | undefined,
): Promise<void> {
  if (plan.migrations.length === 0 && change === undefined) return;
  await confirmChange(context, {
    what: plan.migrations.length > 0 ? `Apply ${count(plan.migrations.length, 'migration')}` : change!,
    database: control.server.database,
    production: isProduction(engine, control),
    losesData: false,
  });
}

function sentence(result: MigrateResult): string {
  const applied = result.migrations.filter((one) => one.state === 'applied').length;
  const skipped = result.plan.skipped.length;
  const held = result.plan.held.length;
  const also = `${skipped > 0 ? `, ${skipped} skipped` : ''}${held > 0 ? `, ${held} held back` : ''}`;
  if (applied === 0 && result.ok) return `${result.database} is up to date${also}: nothing to apply.`;
  if (result.ok) return `${count(applied, 'migration')} applied to ${result.database}${also}.`;
  if (!result.certain) return uncertain(result, 'applied', `${result.database}${also}`);
  return `${unfinished(result, 'applied', 'pending', 'not applied')} (${result.database}${also}).`;
}
