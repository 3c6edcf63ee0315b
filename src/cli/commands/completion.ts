import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { renderCompletion, type Shell } from '../completion/render.ts';
import type { CommandContext } from '../context.ts';

export async function run({ args, commands, stdout }: CommandContext): Promise<ExitStatus> {
  stdout.write(renderCompletion(args.positionals[0] as Shell, commands));
  return EXIT.done;
}
