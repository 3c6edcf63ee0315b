import { retryRun } from '../../engine/data/control-run.ts';
import type { ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';
import { steered } from '../data-steered.ts';
import { exclusive } from '../open.ts';

export function run(context: CommandContext): Promise<ExitStatus> {
  exclusive(context, ['changed', 'from-start']);
  const { args } = context;
  const options = {
    skipFailed: args.has('skip-failed'),
    changed: args.has('changed'),
    fromStart: args.has('from-start'),
  };
  return steered(context, (engine, version) => retryRun(engine, version, options));
}
