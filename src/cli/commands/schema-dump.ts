import { dumpSchema } from '../../engine/generated/dump.ts';
import { settle } from '../../engine/generated/generated-file.ts';
import { foldPatch } from '../../engine/generated/patch.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { placeOf, sayState, tell } from '../generated.ts';
import { withScratchServer } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args, cwd, stderr } = context;
  const place = placeOf(context, 'dump');
  const settings = context.settings();
  const { text, notWritten, notes, migrations } = await withScratchServer(context, async (open) =>
    dumpSchema(await open(), { ...settings, cwd }),
  );
  for (const { type, name, why } of context.wantsJson ? [] : notWritten)
    stderr.line(wrap(`Not written: ${type} ${name}: ${why}`, stderr.width, '  '));
  for (const note of context.wantsJson ? [] : notes) stderr.line(wrap(`Note: ${note}`, stderr.width, '  '));
  const state = settle(place, text, args.has('check'));
  const patch = foldInto(context);
  const ok = state !== 'stale' && patch !== 'stale';
  const status = tell(context, place, state, { ok, migrations, notWritten, patch: patch ?? null });
  if (!ok) return EXIT.different;
  return notWritten.length > 0 ? EXIT.failed : status;
}

/** The patch is part of the file now; one that is written elsewhere is not what the patch comes after. */
function foldInto(context: CommandContext): ReturnType<typeof foldPatch> {
  if (context.args.has('out')) return undefined;
  const place = placeOf(context, 'patch');
  const state = foldPatch(place, context.args.has('check'));
  if (state !== undefined && state !== 'unchanged') sayState(context, place, state);
  return state;
}
