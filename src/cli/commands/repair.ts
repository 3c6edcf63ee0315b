import type { Control } from '../../engine/control.ts';
import { isProduction } from '../../engine/production.ts';
import { type RepairAction, repair } from '../../engine/repair.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import type { CommandContext } from '../context.ts';
import { confirmChange, exclusive, withEngine } from '../open.ts';

const ACTIONS: readonly RepairAction[] = ['accept', 'mark-applied', 'mark-not-applied', 'step-done', 'step-not-done'];

export async function run(context: CommandContext): Promise<ExitStatus> {
  exclusive(context, ACTIONS);
  const { args } = context;
  const action = ACTIONS.find((name) => args.has(name));
  const reason = args.value('reason')?.trim();
  if (!action)
    throw new Problem('usage', 'repair needs to know what to do', {
      expected: ACTIONS.map((name) => `--${name} VERSION`).join(', or '),
    });
  if (!reason)
    throw new Problem('usage', 'repair needs a reason', {
      expected: '--reason "why", which is kept in the audit trail',
    });
  const version = args.value(action) ?? '';
  const result = await withEngine(context, {}, (engine) => {
    const approve = (control: Control) =>
      confirmChange(context, {
        what: `Change the record of ${version} (${action})`,
        database: control.server.database,
        production: isProduction(engine, control),
        losesData: false,
      });
    return repair(engine, { action, version, reason, approve });
  });
  if (context.wantsJson) context.json({ ok: true, ...result });
  else
    context.stdout.line(
      `${result.version}: ${result.before.replace('_', ' ')} -> ${result.after.replace('_', ' ')}, on record.`,
    );
  return EXIT.done;
}
