import { retargetRun } from '../../engine/data/retarget-run.ts';
import type { ExitStatus } from '../../problem/codes.ts';
import { parseDuration } from '../../problem/duration.ts';
import { Problem } from '../../problem/problem.ts';
import type { CommandContext } from '../context.ts';
import { steered } from '../data-steered.ts';

export function run(context: CommandContext): Promise<ExitStatus> {
  const targetMs = targetOf(context.args.positionals[1] ?? '');
  return steered(context, (engine, version) => retargetRun(engine, version, targetMs));
}

function targetOf(text: string): number | null {
  if (text === 'default') return null;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new Problem('usage', 'data target needs the time that a batch should take', {
    found: text,
    expected: 'a duration from 10ms to 60s, or default: as the file says',
    state: 'Nothing was changed.',
  });
}
