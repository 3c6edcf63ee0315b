import { parseWindow, type TimeWindow, WINDOW_EXPECTED } from '../../batch/window.ts';
import { type RunDataResult, runData } from '../../engine/data/run-queued.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import { problemJson } from '../../report/problem-json.ts';
import { renderProblem } from '../../report/problem-text.ts';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args } = context;
  const options = {
    version: args.positionals[0],
    workers: args.integer('workers', 1) ?? 1,
    finish: args.has('finish'),
    window: windowOf(args.values('window')),
  };
  const result = await withEngine(context, {}, (engine) => runData(engine, options));
  if (context.wantsJson) context.json({ ...result, problem: result.problem && problemJson(result.problem) });
  else context.stdout.line(sentence(result));
  if (!result.problem) return EXIT.done;
  context.stderr.write(`${renderProblem(result.problem, context.stderr)}\n`);
  return result.problem.exitStatus;
}

function windowOf(texts: readonly string[]): TimeWindow[] | undefined {
  if (texts.length === 0) return undefined;
  return texts.map((text) => {
    const window = parseWindow(text);
    if (window) return window;
    throw new Problem('usage', '--window needs a time of the day', { found: text, expected: WINDOW_EXPECTED });
  });
}

function sentence({ runs }: RunDataResult): string {
  if (runs.length === 0) return 'No data migration is queued or interrupted.';
  const done = runs.filter(({ state }) => state === 'succeeded');
  const rows = done.reduce((sum, one) => sum + one.rows, 0);
  return `${count(done.length, 'data migration')} done (${rows.toLocaleString('en')} rows).`;
}
