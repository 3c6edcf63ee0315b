import { resumeRun } from '../../engine/data/control-run.ts';
import type { ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';
import { steered } from '../data-steered.ts';

export function run(context: CommandContext): Promise<ExitStatus> {
  return steered(context, resumeRun);
}
