import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { PLAN_FORMAT, type PlanReport } from '../../forecast/plan-report.ts';
import type { Bound, PlanChoice } from '../../plan/bound.ts';
import type { UpPlan } from '../../plan/up.ts';
import { refuseSteps } from '../apply-together.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { type LintRequest, lint } from '../lint/lint.ts';
import { liveKnowledge } from '../lint/live-knowledge.ts';
import { readingOf } from '../lint/reading.ts';
import { type MigrateOptions, planFor } from '../migrate.ts';
import { preflightFindings } from '../preflight/preflight.ts';
import { checkTracking } from '../tracking.ts';
import { bind } from './bind.ts';
import { blockersNow } from './blockers.ts';
import { digestOf } from './digest.ts';
import { viewsOf } from './views.ts';

export type PlanRequest = Pick<MigrateOptions, 'to' | 'only' | 'allowLate' | 'singleTransaction'> &
  Pick<LintRequest, 'rules' | 'names' | 'options'>;

/** What `migrate` would do now and what it would meet, frozen. Nothing is written and no lock is taken on anybody's table. */
export function makePlan(engine: Engine, request: PlanRequest): Promise<PlanReport> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  return withControl(engine, async (control) => {
    const { ledger } = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
    const plan = await planFor(control, files, ledger, request);
    if (request.singleTransaction) refuseSteps(plan.migrations);
    const bound = await bind(engine, control, ledger, plan, choiceOf(request));
    return { ...(await foreseen(engine, control, plan, request)), ...head(engine, bound), ...(await madeAt(control)) };
  });
}

function choiceOf({ to, only, allowLate, singleTransaction }: PlanRequest): PlanChoice {
  return { to: to ?? null, only: only ?? null, allowLate, singleTransaction };
}

function head({ run }: Engine, bound: Bound): Pick<PlanReport, 'format' | 'tool' | 'bound' | 'digest'> {
  return { format: PLAN_FORMAT, tool: run.toolVersion, bound, digest: digestOf(bound) };
}

async function madeAt({ session }: Control): Promise<Pick<PlanReport, 'madeAt'>> {
  const [row] = await session.query(
    `SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS now`,
  );
  return { madeAt: row?.now ?? '' };
}

async function foreseen(engine: Engine, control: Control, plan: UpPlan, request: PlanRequest) {
  const knowledge = await liveKnowledge(engine, control);
  const versions = new Set(plan.migrations.map(({ version }) => version));
  const options = { ...request.options, serverMajor: knowledge.serverMajor };
  const reading = await readingOf({ ...options }, versions);
  const views = viewsOf(plan, { ...reading, learner: knowledge.newLearner() });
  const linted = await lint({
    settings: engine.settings,
    cwd: engine.cwd,
    files: [],
    only: versions,
    knowledge: { learner: knowledge.newLearner(), applied: knowledge.applied },
    rules: request.rules,
    names: request.names,
    options,
    signal: engine.signal,
  });
  return {
    migrations: views.migrations,
    skipped: plan.skipped.map(({ version, reason }) => ({ version, reason })),
    preflight: await preflightFindings(engine, control, plan.migrations),
    blockers: await blockersNow(engine, control, views.needed),
    findings: linted.findings,
    notes: [...plan.warnings, ...plan.notes, ...knowledge.notes],
  };
}
