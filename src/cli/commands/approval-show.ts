import { showApproval } from '../../engine/approval/list.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { approvalDetail } from '../../report/approval-text.ts';
import { createStyle } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args, stdout } = context;
  const request = await withEngine(context, {}, (engine) => showApproval(engine, args.positionals[0] ?? ''));
  if (context.wantsJson) context.json(request);
  else {
    const page = { width: stdout.width, style: createStyle(stdout.color) };
    for (const line of approvalDetail(request, page)) stdout.line(line);
  }
  return EXIT.done;
}
