import { GLOBAL_FLAGS } from '../globals.ts';
import type { CommandSpec, Completes, FlagSpec } from '../spec.ts';
import { PROGRAMS, quote, valueWords } from './entries.ts';

/** A function for zsh's completion system; it works when sourced after compinit and as a file `_taskflow-db` in $fpath. */
export function renderZsh(commands: readonly CommandSpec[]): string {
  return `#compdef ${PROGRAMS.join(' ')}
# zsh completion for taskflow-db. In ~/.zshrc, after compinit: source <(taskflow-db completion zsh)
_taskflow_db_versions() {
  local -a versions
  versions=(\${(f)"$(\${~taskflow_program} __versions 2>/dev/null)"})
  _describe version versions
}
${commands.flatMap((command) => commandFunctions(command, commands)).join('\n')}
_taskflow_db() {
  local curcontext=$curcontext state line taskflow_program=$words[1]
  local -A opt_args
  _arguments -C ${GLOBAL_FLAGS.flatMap((flag) => flagSpecs(flag, commands)).join(' ')} '1: :->command' '*:: :->arguments'
${dispatch('', commands)}
}
if [[ $funcstack[1] == _taskflow_db ]]; then
  _taskflow_db "$@"
else
  compdef _taskflow_db ${PROGRAMS.join(' ')}
fi
`;
}

function commandFunctions(command: CommandSpec, commands: readonly CommandSpec[], prefix = ''): string[] {
  const name = `${prefix}_${command.name}`;
  const own = command.flags.filter(({ hidden }) => !hidden);
  const globals = GLOBAL_FLAGS.filter((flag) => !own.some((other) => other.name === flag.name));
  const flags = [...own, ...globals].flatMap((flag) => flagSpecs(flag, commands));
  const subcommands = command.subcommands ?? [];
  const arguments_ = (command.positionals ?? []).map(
    (spec) => `${spec.repeatable ? '*' : ''}: :${action(valueWords(spec, commands))}`,
  );
  const rest = subcommands.length > 0 ? ['1: :->command', '*:: :->arguments'] : arguments_;
  const body = `_taskflow_db${name}() {
  local curcontext=$curcontext state line
  local -A opt_args
  _arguments${subcommands.length > 0 ? ' -C' : ''} ${[...flags, ...rest.map(quote)].join(' ')}
${subcommands.length > 0 ? `${dispatch(name, subcommands)}\n` : ''}}`;
  return [body, ...subcommands.flatMap((subcommand) => commandFunctions(subcommand, commands, name))];
}

/** Offers the commands, or goes on with the function of the one that was given. */
function dispatch(prefix: string, commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name, summary }) => quote(`${name}:${summary.replaceAll(':', '\\:')}`));
  return `  local -a commands=(${names.join(' ')})
  case $state in
    command) _describe command commands ;;
    arguments) (( $+functions[_taskflow_db${prefix}_$words[1]] )) && _taskflow_db${prefix}_$words[1] ;;
  esac`;
}

function flagSpecs(flag: FlagSpec, commands: readonly CommandSpec[]): string[] {
  const summary = `[${flag.summary.replace(/[\][:\\]/g, '\\$&')}]`;
  const what = action(valueWords(flag, commands));
  const many = flag.repeatable ? '*' : '';
  if (flag.value === undefined) return both(flag, `${many}`, '', summary);
  if (flag.optionalValue) return [quote(`${many}--${flag.name}=-${summary}::${flag.value}:${what}`)];
  return both(flag, many, '=', `${summary}:${flag.value}:${what}`);
}

function both({ name, short }: FlagSpec, many: string, equals: string, rest: string): string[] {
  const long = quote(`${many}--${name}${equals}${rest}`);
  return short ? [quote(`${many}-${short}${equals === '' ? '' : '+'}${rest}`), long] : [long];
}

function action(what: readonly string[] | Completes | undefined): string {
  if (what === undefined) return ' ';
  if (typeof what !== 'string') return `(${what.join(' ')})`;
  return { version: '_taskflow_db_versions', file: '_files', folder: '_files -/', command: '' }[what];
}
