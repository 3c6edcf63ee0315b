import { availableParallelism } from 'node:os';
import type { Settings } from '../../config/settings.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import { compareByNumber } from '../../graph/order.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { reconcile } from '../../plan/reconcile.ts';
import { resolveVersion } from '../../plan/resolve-version.ts';
import { planUp, type UpPlan } from '../../plan/up.ts';
import type { Problem } from '../../problem/problem.ts';
import { SchemaPrint } from '../../snapshot/print.ts';
import { CHECK_NAMES, type Check } from '../../verify/check.ts';
import type { Facts } from '../../verify/facts.ts';
import { judge } from '../../verify/judge.ts';
import { type Share, sharesOf } from '../../verify/shares.ts';
import { withControl } from '../control.ts';
import { readExtensions } from '../extensions.ts';
import { migrateFiles } from '../migrate.ts';
import { forScratch } from '../scratch/replay.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';
import { Chain, type ChainPlan, type Stuck } from './chain.ts';
import { checkComplete, completeFiles, NO_COMPLETE_FILE } from './init-complete.ts';
import { withLeftOut } from './left-out.ts';
import { manifestChecks } from './manifest-checks.ts';
import { filesDigest } from './proof.ts';
import { checksumChecks, differencesOf, type TargetFacts } from './target-facts.ts';
import { checkUpgrades } from './upgrade.ts';

export interface VerifyOptions {
  readonly settings: Settings;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Try only what comes after this version, or this version alone. */
  readonly since?: string | undefined;
  readonly only?: string | undefined;
  /** So many databases at once; absent: as many as the machine has processors, at most four. */
  readonly jobs?: number | undefined;
  /** What the database that the migrations are for says, where one is named. */
  readonly target?: TargetFacts | undefined;
  readonly onProgress?: (tried: number, total: number, version: string) => void;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** In the order of CHECK_NAMES, then of the migrations. */
  readonly checks: readonly Check[];
  /** How many migrations were tried. */
  readonly tried: number;
  readonly scratch: { readonly description: string; readonly serverVersion: string };
  readonly notes: readonly string[];
  /** Names the files as they were tried: see filesDigest. */
  readonly files: string;
}

/**
 * Proves on scratch databases what can be proven of the migrations. A check that fails is a result, not an exception; Problems
 * are thrown for files that cannot be read, and for a scratch server that cannot be used.
 */
export async function verify(scratch: Scratch, options: VerifyOptions): Promise<VerifyReport> {
  const { settings, cwd, target } = options;
  const files = refuseComplaints(readFolders(settings.directories, cwd));
  const base = await scratch.create();
  const { plan, print } = await prepareBase(scratch, base, await forScratch(scratch, files));
  const tried = await tryAll(scratch, base, plan, print, options);
  const whole = await wholeChecks(scratch, tried, files, plan, options);
  const manifests = manifestChecks(settings.directories, cwd, files);
  const found = [...checksumChecks(files, target), ...manifests, ...whole, ...tried.checks];
  const checks = sorted(withLeftOut(found, files, scratch.leftOut), files);
  return {
    ok: checks.every(({ state }) => state !== 'failed'),
    checks,
    tried: tried.count,
    scratch: { description: scratch.place.description, serverVersion: scratch.server.version },
    notes: [
      ...(target ? await differencesOf(scratch, target) : []),
      ...(await scratch.notes(new Set(files.map(({ file }) => file)))),
    ],
    files: filesDigest(files),
  };
}

/** An empty database with tracking tables, and what is to be applied to it. */
async function prepareBase(scratch: Scratch, base: ScratchDatabase, files: readonly MigrationFile[]) {
  await migrateFiles(base.engine, [], { allowLate: true, singleTransaction: false });
  const plan = await withControl(base.engine, async (control) => {
    const statuses = reconcile(files, []);
    const extensions = await readExtensions(control, statuses);
    return planUp(statuses, { allowLate: true, whole: true, serverVersionNum: scratch.server.versionNum, extensions });
  });
  return { plan, print: await printFor(scratch, base) };
}

interface Tried {
  readonly checks: readonly Check[];
  readonly count: number;
  /** What all of the migrations make, unless one is stuck. */
  readonly replayed: ScratchDatabase | undefined;
  readonly stuck: Stuck | undefined;
}

async function tryAll(
  scratch: Scratch,
  base: ScratchDatabase,
  plan: UpPlan,
  print: SchemaPrint,
  options: VerifyOptions,
): Promise<Tried> {
  const { settings, signal, onProgress } = options;
  const wanted = wantedOf(plan, options);
  const byVersion = new Map(plan.migrations.map((one) => [one.version, one.migration]));
  const checks: Check[] = [];
  let count = 0;
  const onTried = (facts: Facts) => {
    checks.push(...judge(byVersion.get(facts.version)!, facts, settings.verify));
    onProgress?.(++count, wanted.versions.size, facts.version);
  };
  const chainPlan: ChainPlan = {
    scratch,
    base,
    print,
    migrations: plan.migrations,
    isTried: (version) => wanted.versions.has(version),
    signal,
    onTried,
  };
  const { stuck, replayed } = await runChains(chainPlan, wanted.shares);
  return { checks, count, stuck, replayed };
}

async function printFor({ server }: Scratch, { engine }: ScratchDatabase): Promise<SchemaPrint> {
  const { trackingSchema, role } = engine.settings;
  const major = Math.trunc(server.versionNum / 10_000);
  const session = await engine.connect('control');
  try {
    return await SchemaPrint.of(session, {
      owners: true,
      privileges: true,
      major,
      trackingSchema,
      role,
      lockTimeoutMs: 10_000,
    });
  } finally {
    await session.end();
  }
}

/** Which migrations are tried, and how they are shared among the jobs. */
function wantedOf(plan: UpPlan, { since, only, jobs }: VerifyOptions) {
  const { migrations } = plan;
  const begin = only !== undefined ? placeOf(plan, only).at : since !== undefined ? placeOf(plan, since).behind : 0;
  const end = only !== undefined ? placeOf(plan, only).behind : migrations.length;
  const usual = Math.min(4, availableParallelism(), Math.ceil((end - begin) / PER_JOB));
  const shares = sharesOf(begin, end, Math.max(1, jobs ?? usual));
  return { versions: new Set(migrations.slice(begin, end).map(({ version }) => version)), shares };
}

/** Where it stands among what is applied, and what comes behind it; of one that this server cannot run these are the same. */
function placeOf({ migrations, skipped }: UpPlan, text: string): { at: number; behind: number } {
  const all = [...migrations, ...skipped].map(({ status }) => status);
  const version = resolveVersion(all, text);
  const at = migrations.findIndex((one) => one.version === version);
  if (at >= 0) return { at, behind: at + 1 };
  const passedOver = all.find((one) => one.version === version)!;
  const next = migrations.findIndex(({ status }) => compareByNumber(status, passedOver) > 0);
  return { at: next < 0 ? migrations.length : next, behind: next < 0 ? migrations.length : next };
}

/** For fewer it takes longer to make one more database ready. */
const PER_JOB = 25;

/**
 * All jobs; the one that got farthest applies the rest, so that there is one database with all of it. What one of them throws
 * ends the others, whatever they are at.
 */
async function runChains(
  plan: ChainPlan,
  shares: readonly Share[],
): Promise<{ stuck: Stuck | undefined; replayed: ScratchDatabase | undefined }> {
  const fault = new AbortController();
  const signal = AbortSignal.any([plan.signal, fault.signal]);
  const chains = (shares.length > 0 ? shares : [{ begin: 0, end: 0 }]).map((share) => ({
    share,
    chain: new Chain({ ...plan, signal }),
  }));
  // The first one's reason stays: the others only stop because of it.
  const runs = chains.map(({ chain, share }) => chain.run(share).catch((reason: unknown) => fault.abort(reason)));
  const stuck = (await Promise.all(runs)).filter((one) => one !== undefined);
  if (fault.signal.aborted) throw fault.signal.reason;
  const last = chains.at(-1)!.chain;
  for (const { chain } of chains) if (chain !== last) await chain.drop();
  if (stuck.length > 0) return { stuck: earliest(plan, stuck), replayed: undefined };
  const finished = await last.finish();
  return 'problem' in finished ? { stuck: finished, replayed: undefined } : { stuck: undefined, replayed: finished };
}

function earliest({ migrations }: ChainPlan, stuck: readonly Stuck[]): Stuck {
  const place = ({ version }: Stuck) => migrations.findIndex((one) => one.version === version);
  return [...stuck].sort((a, b) => place(a) - place(b))[0]!;
}

async function wholeChecks(
  scratch: Scratch,
  { stuck, replayed }: Tried,
  files: readonly MigrationFile[],
  plan: UpPlan,
  { settings, cwd, only }: VerifyOptions,
): Promise<Check[]> {
  const replay = replayChecks(plan, stuck);
  if (only !== undefined) return replay;
  const complete = await completeChecks(scratch, replayed, files, plan, { settings, cwd });
  const upgrades = await checkUpgrades(scratch, settings.verify.upgradeFrom, cwd, replayed, files);
  return [...replay, ...complete, ...upgrades];
}

async function completeChecks(
  scratch: Scratch,
  replayed: ScratchDatabase | undefined,
  files: readonly MigrationFile[],
  plan: UpPlan,
  { settings, cwd }: Pick<VerifyOptions, 'settings' | 'cwd'>,
): Promise<Check[]> {
  const complete = completeFiles(settings.directories, cwd);
  if (!complete) return [NO_COMPLETE_FILE];
  if (!replayed) return [{ ...NO_COMPLETE_FILE, detail: 'the migrations cannot be replayed' }];
  const skipped = new Set(plan.skipped.map(({ version }) => version));
  return checkComplete(scratch, complete, replayed, files, skipped);
}

function replayChecks({ migrations, skipped }: UpPlan, stuck: Stuck | undefined): Check[] {
  const passedOver = skipped.map(
    ({ version, reason }): Check => ({ name: 'replay', version, state: 'not-checked', detail: reason }),
  );
  if (!stuck) {
    const detail = `${migrations.length} applied to an empty database`;
    return [{ name: 'replay', version: null, state: 'ok', detail }, ...passedOver];
  }
  const { version, problem } = stuck;
  const left = migrations.length - migrations.findIndex((one) => one.version === version) - 1;
  const behind = left > 0 ? `; ${left} behind it are not checked` : '';
  return [
    {
      name: 'replay',
      version,
      state: 'failed',
      detail: `cannot be applied: ${short(problem)}${behind}`,
      ...placed(problem),
    },
    ...passedOver,
  ];
}

function short(problem: Problem): string {
  return problem.fields.server?.message ?? problem.message;
}

function placed(problem: Problem): Pick<Check, 'problem'> & Partial<Pick<Check, 'where'>> {
  return { problem, ...(problem.fields.where ? { where: problem.fields.where } : {}) };
}

function sorted(checks: readonly Check[], files: readonly MigrationFile[]): Check[] {
  const places = new Map([...files].sort(compareByNumber).map(({ version }, i) => [version, i]));
  const place = ({ version }: Check) => (version === null ? -1 : (places.get(version) ?? files.length));
  return [...checks].sort((a, b) => CHECK_NAMES.indexOf(a.name) - CHECK_NAMES.indexOf(b.name) || place(a) - place(b));
}
