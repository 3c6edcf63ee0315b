import type { LiveResult } from '../engine/dry-run/live.ts';
import type { RehearsalResult } from '../engine/dry-run/rehearse.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { Problem } from '../problem/problem.ts';
import { createStyle } from '../report/style.ts';
import type { CommandContext } from './context.ts';
import { tellProblem } from './run-result.ts';

/** Which dry run is asked for; flags that only a live one knows are refused elsewhere. */
export function dryRunLevel({ args }: CommandContext): 'print' | 'rehearse' | 'live' | undefined {
  const level = args.value('dry-run');
  const stray = ['hold', 'yes-on-production'].find((name) => args.has(name));
  if (stray !== undefined && level !== 'live') {
    throw new Problem('usage', `--${stray} goes with a live dry run only`, {
      expected: '--dry-run=live',
      state: 'Nothing was run.',
    });
  }
  return level === 'live' || level === 'print' || level === 'rehearse' ? level : undefined;
}

/** Ends a dry run that ran something: the JSON document, or the problem (stderr) and the report (stdout). */
export async function finishDryRun(
  context: CommandContext,
  { report, problem }: LiveResult | RehearsalResult,
): Promise<ExitStatus> {
  const { dryRunLines, rehearsalLines } = await import('../report/dry-run-text.ts');
  const { stdout } = context;
  const page = { width: stdout.width, style: createStyle(stdout.color), mask: context.masked };
  if (context.wantsJson) context.json(report);
  else {
    if (problem) tellProblem(context, problem);
    const lines = report.level === 'live' ? dryRunLines(report, page) : rehearsalLines(report, page);
    for (const line of lines) stdout.line(line);
  }
  return problem ? problem.exitStatus : EXIT.done;
}
