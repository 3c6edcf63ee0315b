import { GLOBAL_FLAGS } from '../globals.ts';
import { PROGRAM } from '../help.ts';
import type { CommandSpec, Completes, FlagSpec, PositionalSpec } from '../spec.ts';

/** The names that a completion script is bound to: the tool and the wrapper of a clone. */
export const PROGRAMS: readonly string[] = [PROGRAM, 'db-migrate.sh'];

/** A command as a completion script sees it: its words (`db start`) and what may follow them. */
export interface Entry {
  readonly path: string;
  readonly flags: readonly FlagSpec[];
  readonly subcommands: readonly CommandSpec[];
  readonly positionals: readonly PositionalSpec[];
}

/** Every command and subcommand. A command's flag hides the global one of the same name. */
export function toEntries(commands: readonly CommandSpec[], parent = ''): Entry[] {
  return commands.flatMap((command) => {
    const path = parent === '' ? command.name : `${parent} ${command.name}`;
    const subcommands = command.subcommands ?? [];
    const entry: Entry = {
      path,
      flags: withGlobals(command.flags),
      subcommands,
      positionals: command.positionals ?? [],
    };
    return [entry, ...toEntries(subcommands, path)];
  });
}

function withGlobals(own: readonly FlagSpec[]): FlagSpec[] {
  const others = GLOBAL_FLAGS.filter(({ name }) => !own.some((flag) => flag.name === name));
  return [...own, ...others].filter((flag) => !flag.hidden);
}

/** What a value is completed with: words, or something that the shell or the tool lists. */
export function valueWords(
  { choices, completes }: { choices?: readonly string[]; completes?: Completes },
  commands: readonly CommandSpec[],
): readonly string[] | Completes | undefined {
  if (completes === 'command') return commands.map(({ name }) => name);
  return choices ?? completes;
}

/** A word for a shell, in single quotes. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
