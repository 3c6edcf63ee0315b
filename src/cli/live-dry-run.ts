import type { LiveResult } from '../engine/dry-run/live.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { Problem } from '../problem/problem.ts';
import { dryRunLines } from '../report/dry-run-text.ts';
import { createStyle } from '../report/style.ts';
import type { CommandContext } from './context.ts';
import { tellProblem } from './run-result.ts';

/** Which dry run is asked for; flags that only a live one knows are refused elsewhere. */
export function dryRunLevel({ args }: CommandContext): 'print' | 'live' | undefined {
  const level = args.value('dry-run');
  const stray = ['hold', 'yes-on-production'].find((name) => args.has(name));
  if (stray !== undefined && level !== 'live') {
    throw new Problem('usage', `--${stray} goes with a live dry run only`, {
      expected: '--dry-run=live',
      state: 'Nothing was run.',
    });
  }
  return level === 'live' || level === 'print' ? level : undefined;
}

/** Ends a live dry run: the JSON document, or the problem (stderr) and the report (stdout). */
export function finishLive(context: CommandContext, { report, problem }: LiveResult): ExitStatus {
  const { stdout } = context;
  if (context.wantsJson) context.json(report);
  else {
    if (problem) tellProblem(context, problem);
    for (const line of dryRunLines(report, {
      width: stdout.width,
      style: createStyle(stdout.color),
      mask: context.masked,
    }))
      stdout.line(line);
  }
  return problem ? problem.exitStatus : EXIT.done;
}
