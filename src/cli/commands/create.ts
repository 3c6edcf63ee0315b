import { createMigration } from '../../engine/create.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';
import { gitUser } from '../git-user.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args, cwd } = context;
  const { directories } = context.settings();
  const created = createMigration({
    folders: directories,
    folder: directories.at(-1) ?? cwd,
    cwd,
    name: args.positionals[0] ?? '',
    description: args.value('description'),
    author: args.value('author') ?? gitUser(cwd),
    date: new Date().toISOString().slice(0, 10),
  });
  if (context.wantsJson) context.json({ ok: true, ...created });
  else context.stdout.line(created.file);
  return EXIT.done;
}
