import type { Engine } from '../../engine/engine.ts';
import type { Scratch } from '../../engine/scratch/scratch.ts';
import { proofOf } from '../../engine/verify/proof.ts';
import { recordProof } from '../../engine/verify/record-proof.ts';
import { type TargetFacts, targetFacts } from '../../engine/verify/target-facts.ts';
import { type VerifyOptions, type VerifyReport, verify } from '../../engine/verify/verify.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count, formatDuration } from '../../problem/quantity.ts';
import { problemJson } from '../../report/problem-json.ts';
import { createProgressLine } from '../../report/progress.ts';
import { createStyle } from '../../report/style.ts';
import { verifyLines } from '../../report/verify-text.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withEngine, withScratchServer } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  exclusive(context, ['since', 'only']);
  const jobs = context.args.integer('jobs', 1);
  const begun = performance.now();
  const { target, unasked, engine } = await askTarget(context);
  const report = await withScratchServer(context, async (open) => prove(context, await open(), { jobs, target }));
  const ms = Math.round(performance.now() - begun);
  const unrecorded = engine && (await recordProof(engine, proofOf(report, scopeOf(context), ms)));
  const notes = [
    ...(unasked === undefined ? [] : [unasked]),
    ...report.notes,
    ...(unrecorded === undefined ? [] : [`the result is not on record: ${unrecorded}`]),
  ];
  const recorded = engine !== undefined && unrecorded === undefined;
  if (context.wantsJson) context.json({ ...documentOf({ ...report, notes }), recorded });
  else await show(context, { ...report, notes }, ms);
  return report.ok ? EXIT.done : EXIT.different;
}

async function prove(
  context: CommandContext,
  scratch: Scratch,
  options: Pick<VerifyOptions, 'jobs' | 'target'>,
): Promise<VerifyReport> {
  const { cwd, signal, stderr } = context;
  const progress = createProgressLine(stderr, () => performance.now());
  const onProgress = (tried: number, total: number, version: string) => {
    if (!context.quiet) progress.show(`${tried}/${total}  ${version}`);
  };
  try {
    return await verify(scratch, {
      ...options,
      settings: context.settings(),
      cwd,
      signal,
      ...scopeOf(context),
      onProgress,
    });
  } finally {
    progress.clear();
  }
}

function scopeOf({ args }: CommandContext): Pick<VerifyOptions, 'since' | 'only'> {
  return { since: args.value('since'), only: args.value('only') };
}

interface AskedTarget {
  readonly target?: TargetFacts;
  readonly engine?: Engine;
  readonly unasked?: string;
}

/** The database that the migrations are for, where there is one: for its checksums, version and extensions. Proofs need none. */
async function askTarget(context: CommandContext): Promise<AskedTarget> {
  try {
    return await withEngine(context, {}, async (engine) => ({ engine, target: await targetFacts(engine) }));
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'cancelled' || error.exitStatus === EXIT.usage) {
      if (error instanceof Problem && error.code === 'target-missing') return {};
      throw error;
    }
    return { unasked: `the database was not asked for its checksums, version and extensions: ${error.message}` };
  }
}

function documentOf({ ok, checks, tried, scratch, notes }: VerifyReport) {
  const list = checks.map(({ name, version, state, detail, where, changes, sides, data, problem }) => ({
    name,
    version,
    ok: state !== 'failed',
    detail,
    state,
    file: where?.file ?? null,
    line: where?.line ?? null,
    ...(changes ? { changes, sides } : {}),
    ...(data ? { data } : {}),
    ...(problem ? { problem: problemJson(problem) } : {}),
  }));
  return { ok, checks: list, tried, scratch, notes };
}

async function show(context: CommandContext, report: VerifyReport, ms: number): Promise<void> {
  const { stdout, stderr } = context;
  const style = createStyle(stdout.color);
  for (const line of await verifyLines(report.checks, { style, width: stdout.width, verbose: context.verbose }))
    stdout.line(line);
  for (const note of report.notes) stderr.line(wrap(`Note: ${note}`, stderr.width, '  '));
  const { tried, scratch, ok } = report;
  const took = context.stderr.isTty ? ` in ${formatDuration(Math.round(ms))}` : '';
  const where = `PostgreSQL ${scratch.serverVersion}`;
  stdout.line();
  stdout.line(
    ok
      ? style.good(`${count(tried, 'migration')} verified on ${where}${took}.`)
      : style.bad(
          `Not verified: ${count(report.checks.filter((one) => one.state === 'failed').length, 'check')} failed (${count(tried, 'migration')} tried on ${where}${took}).`,
        ),
  );
}
