import { GLOBAL_FLAGS } from '../globals.ts';
import type { CommandSpec, Completes, FlagSpec } from '../spec.ts';
import { type Entry, PROGRAMS, quote, toEntries, valueWords } from './entries.ts';

/** Works with bash 3.2 (macOS) and newer, with or without the package bash-completion. */
export function renderBash(commands: readonly CommandSpec[]): string {
  const entries = toEntries(commands);
  return [HELPERS, readLine(entries), completeWord(entries, commands), ''].join('\n');
}

const HELPERS = `# bash completion for taskflow-db. In ~/.bashrc: source <(taskflow-db completion bash)
_taskflow_db_versions() {
  COMPREPLY=($(compgen -W "$("\${COMP_WORDS[0]/#\\~/$HOME}" __versions "\${where[@]}" 2>/dev/null)" -- "$cur"))
}
_taskflow_db_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}`;

/** The first half of the function: which word is to be completed, behind which flag, for which command. */
function readLine(entries: readonly Entry[]): string {
  return `_taskflow_db() {
  local IFS=$' \\t\\n' i word command='' flag='' equals=''
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local where=(--quiet)
  COMPREPLY=()
  # bash takes "--flag=value" for three words
  if [[ $cur == '=' ]]; then
    flag=$prev cur='' equals=1
  elif [[ $prev == '=' && $COMP_CWORD -gt 2 ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]} equals=1
  elif [[ $prev == -* ]]; then
    flag=$prev
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      --dir | --config)
        [[ \${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
        ((i++))
        ((i < COMP_CWORD)) && where+=("$word" "\${COMP_WORDS[i]}")
        ;;
      ${takesValue(GLOBAL_FLAGS).join(' | ')})
        [[ \${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
        ((i++))
        ;;
      -* | '=') ;;
      *)
        case "$command/$word" in
          ${entries.map(commandPattern).join(' | ')}) command="\${command:+$command }$word" ;;
        esac
        ;;
    esac
  done
`.trimEnd();
}

/** The second half: what the word can be. */
function completeWord(entries: readonly Entry[], commands: readonly CommandSpec[]): string {
  return `  case "$command$equals $flag" in
${entries.flatMap((entry) => valueCases(entry, commands)).join('\n')}
  esac
  case "$flag" in
${valueLines('    ', GLOBAL_FLAGS, commands, (name) => name).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${entries.map((entry) => `      ${quote(entry.path)}) ${words(flagNames(entry.flags))} ;;`).join('\n')}
      *) ${words(flagNames(GLOBAL_FLAGS))} ;;
    esac
    return
  fi
  case $command in
    '') ${words(commands.map(({ name }) => name))} ;;
${entries.flatMap((entry) => argumentCase(entry, commands)).join('\n')}
  esac
}
complete -F _taskflow_db ${PROGRAMS.join(' ')}`;
}

function commandPattern({ path }: Entry): string {
  const at = path.lastIndexOf(' ');
  return quote(at === -1 ? `/${path}` : `${path.slice(0, at)}/${path.slice(at + 1)}`);
}

function takesValue(flags: readonly FlagSpec[]): string[] {
  const valued = flags.filter(
    ({ name, value, optionalValue }) => value && !optionalValue && !['dir', 'config'].includes(name),
  );
  return valued.flatMap(({ name, short }) => (short ? [`--${name}`, `-${short}`] : [`--${name}`]));
}

function flagNames(flags: readonly FlagSpec[]): string[] {
  return flags.map(({ name }) => `--${name}`);
}

/** The flags of a command; an optional value is completed after "=" only. */
function valueCases({ path, flags }: Entry, commands: readonly CommandSpec[]): string[] {
  const own = flags.filter((flag) => !GLOBAL_FLAGS.includes(flag));
  const needed = own.filter(({ value, optionalValue }) => value && !optionalValue);
  const optional = own.filter(({ optionalValue }) => optionalValue);
  return [
    ...valueLines('    ', needed, commands, (name) => `${quote(`${path} ${name}`)} | ${quote(`${path}1 ${name}`)}`),
    ...valueLines('    ', optional, commands, (name) => quote(`${path}1 ${name}`)),
  ];
}

function valueLines(
  indent: string,
  flags: readonly FlagSpec[],
  commands: readonly CommandSpec[],
  pattern: (flag: string) => string,
): string[] {
  return flags
    .filter(({ value }) => value !== undefined)
    .map((flag) => {
      const names = flag.short ? [`--${flag.name}`, `-${flag.short}`] : [`--${flag.name}`];
      return `${indent}${names.map(pattern).join(' | ')}) ${list(valueWords(flag, commands))}return ;;`;
    });
}

function list(what: readonly string[] | Completes | undefined): string {
  if (what === undefined) return '';
  if (typeof what !== 'string') return `${words(what)}; `;
  return {
    version: '_taskflow_db_versions; ',
    file: '_taskflow_db_files -f; ',
    folder: '_taskflow_db_files -d; ',
    command: '',
  }[what];
}

function words(list: readonly string[]): string {
  return `COMPREPLY=($(compgen -W ${quote(list.join(' '))} -- "$cur"))`;
}

function argumentCase({ path, subcommands, positionals }: Entry, commands: readonly CommandSpec[]): string[] {
  const what =
    subcommands.length > 0 ? subcommands.map(({ name }) => name) : valueWords(positionals[0] ?? {}, commands);
  const lists = list(what).replace(/; $/, '');
  return lists === '' ? [] : [`    ${quote(path)}) ${lists} ;;`];
}
