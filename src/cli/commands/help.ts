import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { Problem } from '../../problem/problem.ts';
import { nearest } from '../../report/nearest.ts';
import type { CommandContext } from '../context.ts';
import { renderHelp } from '../help.ts';
import type { CommandSpec } from '../spec.ts';

export async function run({ args, commands, stdout }: CommandContext): Promise<ExitStatus> {
  const path = find(args.positionals, commands);
  stdout.write(renderHelp(path, commands, 'long', stdout));
  return EXIT.done;
}

function find(words: readonly string[], commands: readonly CommandSpec[]): readonly CommandSpec[] {
  const [word, ...rest] = words;
  if (word === undefined) return [];
  const command = commands.find(({ name }) => name === word);
  if (!command) throw unknown(word, commands);
  return [command, ...find(rest, command.subcommands ?? [])];
}

function unknown(word: string, commands: readonly CommandSpec[]): Problem {
  const names = commands.filter(({ hidden }) => !hidden).map(({ name }) => name);
  const meant = nearest(word, names);
  return new Problem('usage', `there is no command ${JSON.stringify(word)}`, {
    ...(names.length > 0 ? { expected: names.join(', ') } : {}),
    ...(meant ? { next: [`Did you mean: taskflow-db help ${meant}`] } : {}),
  });
}
