import { baseline } from '../../engine/baseline.ts';
import type { Control } from '../../engine/control.ts';
import { isProduction } from '../../engine/production.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { CommandContext } from '../context.ts';
import { confirmChange, withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const to = context.args.value('to');
  if (!to)
    throw new Problem('usage', 'baseline needs --to VERSION', {
      expected: 'the last version whose objects are there already',
    });
  const result = await withEngine(context, {}, (engine) => {
    const approve = (versions: number, control: Control) =>
      confirmChange(context, {
        what: `Record ${count(versions, 'version')} as baseline`,
        database: control.server.database,
        production: isProduction(engine, control),
        losesData: false,
      });
    return baseline(engine, { to, reason: context.args.value('reason'), approve });
  });
  if (context.wantsJson) context.json({ ok: true, ...result });
  else context.stdout.line(`${count(result.recorded.length, 'version')} recorded as baseline in ${result.database}.`);
  return EXIT.done;
}
