import type { ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import type { CommandContext } from '../context.ts';

export async function run(_context: CommandContext): Promise<ExitStatus> {
  throw new Problem('internal', 'This command is not built yet.');
}
