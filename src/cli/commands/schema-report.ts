import { reportFacts } from '../../engine/generated/report-facts.ts';
import type { ExitStatus } from '../../problem/codes.ts';
import { count } from '../../problem/quantity.ts';
import { auditReport } from '../../report/audit-report.ts';
import { createProgressLine } from '../../report/progress.ts';
import type { CommandContext } from '../context.ts';
import { deliver, placeOf } from '../generated.ts';
import { withScratchServer } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args, cwd, signal, stderr } = context;
  const jobs = args.integer('jobs', 1);
  const place = placeOf(context, 'report');
  const progress = createProgressLine(stderr, () => performance.now());
  const onProgress = (tried: number, total: number, version: string) => {
    if (!context.quiet) progress.show(`${tried}/${total}  ${version}`);
  };
  const facts = await withScratchServer(context, async (open) => {
    try {
      const settings = context.settings();
      return await reportFacts(await open(), { settings, cwd, signal, jobs, onProgress }, place);
    } finally {
      progress.clear();
    }
  });
  const failed = facts.checks.filter(({ state }) => state === 'failed').length;
  if (failed > 0 && !context.wantsJson)
    stderr.line(`${count(failed, 'check')} failed: it is in the report, and verify shows more.`);
  return deliver(context, place, auditReport(facts), { failed });
}
