import { createMigration } from '../../engine/create.ts';
import { expandArguments } from '../../expand/argument.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import type { CommandContext } from '../context.ts';
import { gitUser } from '../git-user.ts';
import { exclusive, withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  return context.args.has('expand-contract') ? createThree(context) : createOne(context);
}

function createOne(context: CommandContext): ExitStatus {
  const { args } = context;
  const [name = '', ...more] = args.positionals;
  if (more.length > 0) {
    throw new Problem('usage', 'create takes one name', {
      found: args.positionals.join(' '),
      expected: 'what the migration does, in one word: add_user_email',
      next: [`Write it so: taskflow-db create ${args.positionals.join('_')}`],
    });
  }
  if (args.has('code') && !args.has('data'))
    throw new Problem('usage', '--code goes with --data', { next: [`taskflow-db create ${name} --data --code`] });
  const created = createMigration({
    ...places(context),
    name,
    description: args.value('description'),
    data: args.has('data'),
    code: args.has('code'),
  });
  if (context.wantsJson) context.json({ ok: true, ...created });
  else context.stdout.line(created.file);
  return EXIT.done;
}

async function createThree(context: CommandContext): Promise<ExitStatus> {
  for (const flag of ['description', 'data', 'code']) exclusive(context, ['expand-contract', flag]);
  const wanted = expandArguments(context.args.positionals);
  const { createExpandContract } = await import('../../engine/expand/create-files.ts');
  const { files } = await withEngine(context, {}, (engine) => createExpandContract(engine, places(context), wanted));
  if (context.wantsJson) context.json({ ok: true, files });
  else for (const { file } of files) context.stdout.line(file);
  return EXIT.done;
}

function places(context: CommandContext) {
  const { args, cwd } = context;
  const { directories } = context.settings();
  return {
    folders: directories,
    folder: directories.at(-1) ?? cwd,
    cwd,
    author: args.value('author') ?? gitUser(cwd),
    date: new Date().toISOString().slice(0, 10),
  };
}
