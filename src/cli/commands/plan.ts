import { resolve } from 'node:path';
import { makePlan } from '../../engine/plan/make-plan.ts';
import { writePlanFile } from '../../engine/plan/plan-file.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { planLines } from '../../report/plan-text.ts';
import { createStyle } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  exclusive(context, ['to', 'version', 'only']);
  const { args } = context;
  const out = args.value('out');
  const report = await withEngine(context, {}, (engine) =>
    makePlan(engine, {
      to: args.value('to') ?? args.value('version'),
      only: args.value('only'),
      allowLate: args.has('allow-late'),
      singleTransaction: args.has('single-transaction'),
      binding: out !== undefined,
    }),
  );
  if (out !== undefined) writePlanFile(resolve(context.cwd, out), out, report);
  if (context.wantsJson) context.json(report);
  else show(context, report, out);
  return EXIT.done;
}

function show(
  { stdout, stderr, quiet, verbose }: CommandContext,
  report: Awaited<ReturnType<typeof makePlan>>,
  out?: string,
): void {
  const page = { width: stdout.width, style: createStyle(stdout.color), verbose };
  for (const line of planLines(report, page)) stdout.line(line);
  if (out === undefined || quiet) return;
  stderr.line(
    `The plan is in ${out}. It is applied, as long as nothing has moved, by: taskflow-db migrate --plan ${out}`,
  );
}
