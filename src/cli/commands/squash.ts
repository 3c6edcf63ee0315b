import type { Scratch } from '../../engine/scratch/scratch.ts';
import { makeSquash, type Squash, type SquashOptions } from '../../engine/squash/squash.ts';
import { finishInterrupted, storeSquash } from '../../engine/squash/store.ts';
import { targetFacts } from '../../engine/verify/target-facts.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { squashDifferenceLines, squashLines } from '../../report/squash-text.ts';
import { createStyle } from '../../report/style.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { withEngine, withScratchServer } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args, cwd } = context;
  const to = args.value('to');
  if (to === undefined) throw noTarget();
  const { directories } = context.settings();
  const isDryRun = args.has('dry-run');
  const finished = isDryRun ? undefined : finishInterrupted(directories, cwd);
  if (finished) return sayFinished(context, finished);
  const { target, unasked } = await askTarget(context);
  const squash = await withScratchServer(context, async (open) => make(context, await open(), to, target));
  if (squash.equal && !isDryRun) storeSquash(squash);
  const notes = unasked === undefined ? squash.notes : [unasked, ...squash.notes];
  if (context.wantsJson) context.json(documentOf(squash, notes, isDryRun));
  else await show(context, squash, notes, isDryRun);
  if (squash.equal) return EXIT.done;
  if (context.wantsJson) return EXIT.failed;
  throw differs(squash);
}

function make(context: CommandContext, scratch: Scratch, to: string, target: SquashOptions['target']): Promise<Squash> {
  const { directories, searchPath } = context.settings();
  return makeSquash(scratch, {
    to,
    name: context.args.value('name') ?? 'squash',
    date: new Date().toISOString().slice(0, 10),
    directories,
    cwd: context.cwd,
    searchPath,
    target,
  });
}

function noTarget(): Problem {
  return new Problem('usage', 'squash needs to be told how far: --to VERSION', {
    expected: 'the last version that nobody will want to roll back',
    state: 'Nothing was read or written.',
  });
}

/** Where a database is named or found, it decides; one without a history says nothing. */
async function askTarget(context: CommandContext): Promise<{ target?: SquashOptions['target']; unasked?: string }> {
  try {
    const { database, entries } = await withEngine(context, {}, targetFacts);
    if (entries.length > 0) return { target: { database, entries } };
    return { unasked: `${database} has no history, so that it was not asked whether all of them are applied` };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'target-missing') throw error;
    return {};
  }
}

function sayFinished(context: CommandContext, { file, archive }: { file: string; archive: string }): ExitStatus {
  if (context.wantsJson) context.json({ ok: true, dryRun: false, finished: true, file, archive });
  else context.stdout.line(`Finished the squash that was interrupted: ${file}; what it stands for is in ${archive}/.`);
  return EXIT.done;
}

function documentOf(
  { version, file, archive, folded, kept, proof, later, equal }: Squash,
  notes: readonly string[],
  dryRun: boolean,
) {
  const facts = (one: Squash['proof']) => ({
    objects: one.objects,
    rows: one.rows,
    changes: one.changes,
    rowChanges: one.rowChanges,
    orders: one.orders,
  });
  return {
    ok: equal,
    dryRun,
    finished: false,
    version,
    file,
    archive,
    replaces: folded,
    kept,
    proof: facts(proof),
    later: later ? { migrations: later.migrations, skipped: later.skipped, names: later.names, ...facts(later) } : null,
    notes,
  };
}

async function show(
  context: CommandContext,
  squash: Squash,
  notes: readonly string[],
  isDryRun: boolean,
): Promise<void> {
  const { stdout, stderr } = context;
  const look = { style: createStyle(stdout.color), width: stdout.width };
  for (const note of notes) stderr.line(wrap(`Note: ${note}`, stderr.width, '  '));
  if (isDryRun && squash.equal && context.verbose) stdout.line(squash.text);
  const lines = squash.equal ? squashLines(squash, !isDryRun, look) : await squashDifferenceLines(squash, look);
  for (const line of lines) stdout.line(line);
}

function differs({ file }: Squash): Problem {
  return new Problem('squash-differs', 'the squash does not make what the migrations make', {
    where: { file },
    state: 'Nothing was written.',
    next: ['Squash up to a migration before the one that makes what differs.'],
  });
}
