import type { Settings } from '../../config/settings.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { PLAN_FORMAT, type PlanReport } from '../../forecast/plan-report.ts';
import { RULE_NAMES } from '../../lint/rules.ts';
import type { PlanBasis, PlanChoice } from '../../plan/bound.ts';
import type { UpPlan } from '../../plan/up.ts';
import { Problem } from '../../problem/problem.ts';
import { refuseSteps } from '../apply-together.ts';
import { type Control, withControl } from '../control.ts';
import { keepNotes } from '../data/keep/foretell.ts';
import type { Engine } from '../engine.ts';
import { needsOfPlan } from '../graph/plan-needs.ts';
import { activeRules } from '../lint/active-rules.ts';
import { optionsOf } from '../lint/judge.ts';
import { type Told, toldBy } from '../lint/knowledge.ts';
import { lint } from '../lint/lint.ts';
import { readingOf } from '../lint/reading.ts';
import { heedManifests } from '../manifest/heed-manifests.ts';
import type { MigrateOptions } from '../migrate-result.ts';
import { planFor } from '../plan-up.ts';
import { preflightFindings } from '../preflight/preflight.ts';
import { readLiveStatistics } from '../statistics/read.ts';
import { checkTracking } from '../tracking.ts';
import { bind } from './bind.ts';
import { blockersNow } from './blockers.ts';
import { digestOf } from './digest.ts';
import { masked } from './masked.ts';
import { schemaHash } from './schema-hash.ts';
import { viewsOf } from './views.ts';

export interface PlanRequest extends Pick<MigrateOptions, 'to' | 'only' | 'allowLate' | 'singleTransaction'> {
  /** It is to be applied later: Problem `lock-timeout` where its schema cannot be read now. */
  readonly binding: boolean;
}

/** What `migrate` would do now and what it would meet, frozen. Nothing is written. */
export async function makePlan(engine: Engine, request: PlanRequest): Promise<PlanReport> {
  const files = refuseComplaints(readFolders(engine.settings.directories, engine.cwd));
  await heedManifests(engine, files);
  return withControl(engine, async (control) => {
    const { ledger, change } = await checkTracking(engine, control, control.ledger, { files, mayAdopt: false });
    const plan = await planFor(engine, control, files, ledger, request);
    if (request.singleTransaction) refuseSteps(plan.migrations);
    const told = toldBy(await readLiveStatistics(control, engine.settings.searchPath));
    const foreseen = await foresight(engine, control, { plan, told, request });
    const { schema, unread } = await schemaFor(engine, control, request);
    const bound = await bind(engine, control, ledger, plan, { choice: choiceOf(request), schema });
    const first = change === undefined ? [] : [`Before the first migration: ${change.toLowerCase()}`];
    const kept = await keepNotes(engine, control, plan);
    const notes = [...unread, ...first, ...plan.warnings, ...plan.notes, ...kept];
    // Before the digest is made: what is shown, printed as JSON and kept in a file is the same.
    const report = { ...(await head(engine, control, bound)), ...masked({ ...foreseen, notes }, engine.mask) };
    return { ...report, digest: digestOf(report) };
  });
}

function choiceOf({ to, only, allowLate, singleTransaction }: PlanRequest): PlanChoice {
  return { to: to ?? null, only: only ?? null, allowLate, singleTransaction };
}

/** `unread`: why the schema is not known, where somebody who only looks can do without it. */
async function schemaFor(engine: Engine, control: Control, { binding }: PlanRequest) {
  try {
    return { schema: await schemaHash(engine, control), unread: [] };
  } catch (error) {
    if (binding || !(error instanceof Problem) || error.code !== 'lock-timeout') throw error;
    const found = error.fields.found ? `: ${error.fields.found.replaceAll('\n', '; ')}` : '';
    return { schema: null, unread: [`${error.message}${found}; this plan cannot be applied`] };
  }
}

async function head({ run, settings }: Engine, { session }: Control, bound: PlanBasis) {
  const [row] = await session.query(
    `SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS now`,
  );
  return {
    format: PLAN_FORMAT,
    tool: run.toolVersion,
    madeAt: row?.now ?? '',
    digest: '',
    bound,
    backup: settings.backup.policy,
    backupTo: settings.backup.to,
  } as const;
}

async function foresight(
  engine: Engine,
  control: Control,
  { plan, told, request }: { plan: UpPlan; told: Told; request: PlanRequest },
) {
  const versions = new Set(plan.migrations.map(({ version }) => version));
  const options = optionsOf(engine.settings.lint, told.serverMajor);
  const reading = await readingOf(options, versions);
  const { migrations, holds, needed } = viewsOf(plan, {
    foresight: { ...reading, learner: told.knowledge.newLearner() },
    singleTransaction: request.singleTransaction,
    needs: await needsOfPlan(plan.migrations, told.knowledge.newLearner()),
    mask: engine.mask,
  });
  return {
    holds,
    migrations,
    skipped: plan.skipped.map(({ version, reason }) => ({ version, reason })),
    held: plan.held.map(({ version, reason, evidence }) => ({ version, reason, evidence })),
    preflight: await preflightFindings(engine, control, plan.migrations),
    blockers: await blockersNow(engine, control, needed),
    findings: await findings(engine, versions, options, told),
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
