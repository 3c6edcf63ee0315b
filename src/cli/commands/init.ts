import type { Control } from '../../engine/control.ts';
import { init } from '../../engine/init.ts';
import { isProduction } from '../../engine/production.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { count } from '../../problem/quantity.ts';
import type { CommandContext } from '../context.ts';
import { confirmChange, withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const result = await withEngine(context, { mayCreateEmbedded: true }, (engine) => {
    const approve = (what: string, control: Control) =>
      confirmChange(context, {
        what,
        database: control.server.database,
        production: isProduction(engine, control),
        losesData: false,
      });
    return init(engine, { approve });
  });
  if (context.wantsJson) context.json({ ok: true, ...result });
  else {
    const ready = `The tracking tables of ${result.database} are ready (schema ${result.schema})`;
    const adopted = result.adopted.length > 0 ? `; ${count(result.adopted.length, 'version')} adopted as baseline` : '';
    context.stdout.line(
      `${ready}${adopted}; ${result.pending.length === 0 ? 'nothing is pending' : `${result.pending.length} pending`}.`,
    );
  }
  return EXIT.done;
}
