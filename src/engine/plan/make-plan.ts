import type { Settings } from '../../config/settings.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { PLAN_FORMAT, type PlanReport } from '../../forecast/plan-report.ts';
import { RULE_NAMES } from '../../lint/rules.ts';
import type { Bound, PlanChoice } from '../../plan/bound.ts';
import type { UpPlan } from '../../plan/up.ts';
import { refuseSteps } from '../apply-together.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { activeRules } from '../lint/active-rules.ts';
import { optionsOf } from '../lint/judge.ts';
import { type Told, toldBy } from '../lint/knowledge.ts';
import { lint } from '../lint/lint.ts';
import { readingOf } from '../lint/reading.ts';
import type { MigrateOptions } from '../migrate-result.ts';
import { planFor } from '../plan-up.ts';
import { preflightFindings } from '../preflight/preflight.ts';
import { readLiveStatistics } from '../statistics/read.ts';
import { checkTracking } from '../tracking.ts';
import { bind } from './bind.ts';
import { blockersNow } from './blockers.ts';
import { digestOf } from './digest.ts';
import { viewsOf } from './views.ts';

export type PlanRequest = Pick<MigrateOptions, 'to' | 'only' | 'allowLate' | 'singleTransaction'>;

/** What `migrate` would do now and what it would meet, frozen. Nothing is written and no lock is taken on anybody's table. */
export function makePlan(engine: Engine, request: PlanRequest): Promise<PlanReport> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    const { ledger } = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
    const plan = await planFor(control, files, ledger, request);
    if (request.singleTransaction) refuseSteps(plan.migrations);
    const bound = await bind(engine, control, ledger, plan, choiceOf(request));
    const told = toldBy(await readLiveStatistics(control, engine.settings.searchPath));
    return { ...(await head(engine, control, bound)), ...(await foreseen(engine, control, plan, told)) };
  });
}

function choiceOf({ to, only, allowLate, singleTransaction }: PlanRequest): PlanChoice {
  return { to: to ?? null, only: only ?? null, allowLate, singleTransaction };
}

async function head({ run }: Engine, { session }: Control, bound: Bound) {
  const [row] = await session.query(
    `SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS now`,
  );
  const madeAt = row?.now ?? '';
  return { format: PLAN_FORMAT, tool: run.toolVersion, madeAt, bound, digest: digestOf(bound) } as const;
}

async function foreseen(engine: Engine, control: Control, plan: UpPlan, told: Told) {
  const versions = new Set(plan.migrations.map(({ version }) => version));
  const options = optionsOf(engine.settings.lint, told.serverMajor);
  const reading = await readingOf(options, versions);
  const views = viewsOf(plan, { ...reading, learner: told.knowledge.newLearner() }, engine.mask);
  return {
    migrations: views.migrations,
    skipped: plan.skipped.map(({ version, reason }) => ({ version, reason })),
    preflight: await preflightFindings(engine, control, plan.migrations),
    blockers: await blockersNow(engine, control, views.needed),
    findings: await findings(engine, versions, options, told),
    notes: [...plan.warnings, ...plan.notes],
  };
}

async function findings(
  { settings, cwd, signal }: Engine & { readonly settings: Settings },
  only: ReadonlySet<string>,
  options: ReturnType<typeof optionsOf>,
  { knowledge }: Told,
) {
  const rules = activeRules(settings.lint.rules, [], settings.configFile);
  const asked = { settings, cwd, signal, files: [], only, rules, names: RULE_NAMES, options };
  const learner = knowledge.newLearner();
  return (await lint({ ...asked, knowledge: { learner, applied: knowledge.applied } })).findings;
}
