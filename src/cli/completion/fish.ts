import { GLOBAL_FLAGS } from '../globals.ts';
import type { CommandSpec, Completes, FlagSpec } from '../spec.ts';
import { type Entry, PROGRAMS, quote as shellQuote, toEntries, valueWords } from './entries.ts';

export function renderFish(commands: readonly CommandSpec[]): string {
  const lines = PROGRAMS.flatMap((program) => programLines(program, commands));
  return `# fish completion for taskflow-db. In ~/.config/fish/config.fish: taskflow-db completion fish | source
function __taskflow_db_versions
    set -l words (commandline -opc)
    $words[1] __versions 2>/dev/null
end
function __taskflow_db_has_no_command
    not __fish_seen_subcommand_from ${commands.map(({ name }) => name).join(' ')}
end
${lines.join('\n')}
`;
}

function programLines(program: string, commands: readonly CommandSpec[]): string[] {
  const start = `complete -c ${program}`;
  return [
    `${start} -f`,
    ...GLOBAL_FLAGS.map((flag) => `${start} ${flagPart(flag, commands)}`),
    ...commands.map((command) => commandLine(`${start} -n __taskflow_db_has_no_command`, command)),
    ...toEntries(commands).flatMap((entry) => entryLines(start, entry, commands)),
  ];
}

function commandLine(start: string, { name, summary }: CommandSpec): string {
  return `${start} -a ${name} -d ${quote(summary)}`;
}

function entryLines(start: string, entry: Entry, commands: readonly CommandSpec[]): string[] {
  const seen = entry.path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const here = `${start} -n ${quote(seen.join('; and '))}`;
  const own = entry.flags.filter((flag) => !GLOBAL_FLAGS.includes(flag));
  const names = entry.subcommands.map(({ name }) => name).join(' ');
  const before = `${start} -n ${quote(`${seen[0]}; and not __fish_seen_subcommand_from ${names}`)}`;
  const words = valueWords(entry.positionals[0] ?? {}, commands);
  return [
    ...own.map((flag) => `${here} ${flagPart(flag, commands)}`),
    ...entry.subcommands.map((subcommand) => commandLine(before, subcommand)),
    ...(words === undefined ? [] : [`${here}${list(words)}`]),
  ];
}

function flagPart(flag: FlagSpec, commands: readonly CommandSpec[]): string {
  const short = flag.short ? ` -s ${flag.short}` : '';
  const needed = flag.value !== undefined && !flag.optionalValue ? ' -r' : '';
  const words = flag.value === undefined ? undefined : valueWords(flag, commands);
  return `-l ${flag.name}${short}${needed}${words === undefined ? '' : list(words)} -d ${quote(flag.summary)}`;
}

function list(what: readonly string[] | Completes): string {
  if (typeof what !== 'string') return ` -a ${quote(what.join(' '))}`;
  return {
    version: " -a '(__taskflow_db_versions)'",
    file: ' -F',
    folder: " -a '(__fish_complete_directories)'",
    command: '',
  }[what];
}

/** fish knows `\\'` inside single quotes, unlike the other shells. */
function quote(text: string): string {
  return text.includes("'") || text.includes('\\') ? `'${text.replace(/['\\]/g, '\\$&')}'` : shellQuote(text);
}
