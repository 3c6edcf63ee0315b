import { listApprovals } from '../../engine/approval/list.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { approvalLines } from '../../report/approval-text.ts';
import { createStyle } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args, stdout, stderr, quiet } = context;
  const list = await withEngine(context, {}, (engine) => listApprovals(engine, { all: args.has('all') }));
  if (context.wantsJson) context.json(list);
  else {
    const page = { width: stdout.width, style: createStyle(stdout.color) };
    for (const line of approvalLines(list.requests, page)) stdout.line(line);
  }
  if (context.wantsJson || quiet) return EXIT.done;
  if (list.more) stderr.line('Older ones have ended: --all shows them.');
  if (!list.required) stderr.line(`${list.database} does not require approvals: see "approval" in docs/approvals.md.`);
  return EXIT.done;
}
