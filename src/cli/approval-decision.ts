import type { ApprovalRequest } from '../approval/requests.ts';
import { stateText } from '../approval/verdict.ts';
import type { AskFirst, DecisionResult } from '../engine/approval/decide.ts';
import type { Control } from '../engine/control.ts';
import type { Engine } from '../engine/engine.ts';
import { isProduction } from '../engine/production.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { Problem } from '../problem/problem.ts';
import { actionText, approvalDetail } from '../report/approval-text.ts';
import { createStyle } from '../report/style.ts';
import type { CommandContext } from './context.ts';
import { confirmChange, withEngine } from './open.ts';

/** A command that decides on a request: shows what it is about, asks where that is needed, and says what has become of it. */
export async function decided(
  context: CommandContext,
  verb: string,
  decide: (engine: Engine, hash: string, askFirst: AskFirst) => Promise<DecisionResult>,
): Promise<ExitStatus> {
  const hash = context.args.positionals[0] ?? '';
  const { database, request } = await withEngine(context, {}, (engine) =>
    decide(engine, hash, (asked, control) => askFirst(context, engine, verb, asked, control)),
  );
  if (context.wantsJson) context.json({ ok: true, database, request });
  else context.stdout.line(`${request.hash.slice(0, 12)} ${stateText(request)}.`);
  return EXIT.done;
}

async function askFirst(
  context: CommandContext,
  engine: Engine,
  verb: string,
  request: ApprovalRequest,
  control: Control,
): Promise<void> {
  const { stderr, quiet } = context;
  const page = { width: stderr.width, style: createStyle(stderr.color) };
  if (!quiet) for (const line of approvalDetail({ ...request, moved: null }, page)) stderr.line(line);
  await confirmChange(context, {
    what: `${verb} the ${actionText(request.plan)}`,
    database: control.server.database,
    production: isProduction(engine, control),
    losesData: false,
  });
}

/** Of a decision that needs one. */
export function reasonFor({ args }: CommandContext, command: string): string {
  const reason = reasonOf(args);
  if (reason) return reason;
  throw new Problem('usage', `approval ${command} needs a reason`, {
    expected: '--reason "why", which is kept in the audit trail',
  });
}

export function reasonOf(args: CommandContext['args']): string | undefined {
  return args.value('reason')?.trim() || undefined;
}
