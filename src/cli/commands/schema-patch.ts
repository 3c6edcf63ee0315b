import { patchSchema } from '../../engine/generated/patch.ts';
import { completeFiles } from '../../engine/verify/init-complete.ts';
import type { ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { deliver, placeOf } from '../generated.ts';
import { withScratchServer } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { cwd, stderr } = context;
  const place = placeOf(context, 'patch');
  const settings = context.settings();
  const complete = completeFiles(settings.directories, cwd)?.complete;
  if (!complete) throw nothingToPatch();
  const { text, versions, leftToMigrate } = await withScratchServer(context, async (open) =>
    patchSchema(await open(), complete, { ...settings, cwd }),
  );
  for (const { version, why } of context.wantsJson ? [] : leftToMigrate)
    stderr.line(wrap(`Left to migrate: ${version}: ${why}`, stderr.width, '  '));
  return deliver(context, place, text, { versions, leftToMigrate });
}

function nothingToPatch(): Problem {
  return new Problem('file-unreadable', 'there is no postgresql/init-complete.sql beside the migrations', {
    state: 'Nothing was written.',
    next: ['Write it first: taskflow-db schema dump'],
  });
}
