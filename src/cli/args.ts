import { parseArgs } from 'node:util';
import { isDurationUnit } from '../problem/duration.ts';
import { Problem } from '../problem/problem.ts';
import { nearest } from '../report/nearest.ts';
import { GLOBAL_FLAGS } from './globals.ts';
import type { CommandSpec, FlagSpec, PositionalSpec } from './spec.ts';

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** The arguments of one command, checked against its specification. Names are given without dashes. */
export class Arguments {
  readonly positionals: readonly string[];
  /** What followed `--`, where the command hands it on. */
  readonly rest: readonly string[];
  readonly #given: ReadonlyMap<string, readonly string[]>;

  constructor(
    positionals: readonly string[] = [],
    given: ReadonlyMap<string, readonly string[]> = new Map(),
    rest: readonly string[] = [],
  ) {
    this.positionals = positionals;
    this.#given = given;
    this.rest = rest;
  }

  /** Whether the flag was given at all. */
  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** The flag's value (the last one, if given more than once), or undefined. */
  value(name: string): string | undefined {
    return this.#given.get(name)?.at(-1);
  }

  /** All values of a repeatable flag, in order. */
  values(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  /** The flag's value as a whole number of at least `least`; Problem `usage` otherwise. */
  integer(name: string, least = 0): number | undefined {
    const text = this.value(name);
    if (text === undefined) return undefined;
    const number = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least) return number;
    throw usage(`--${name} needs a whole number`, {
      found: quoted(text),
      expected: `a whole number, ${least} or more`,
    });
  }
}

/** What the command line asks for. */
export type Invocation<Module = unknown> =
  | { readonly kind: 'run'; readonly path: readonly CommandSpec<Module>[]; readonly args: Arguments }
  | { readonly kind: 'help'; readonly path: readonly CommandSpec<Module>[]; readonly form: 'short' | 'long' }
  | { readonly kind: 'version'; readonly args: Arguments };

/**
 * Reads a command line: global flags anywhere, the command's own flags after its name. Boolean flags take no value,
 * value flags are written `--flag value` or `--flag=value`. Problem `usage` for anything unknown, with the nearest match.
 */
export function readArguments<Module>(
  argv: readonly string[],
  commands: readonly CommandSpec<Module>[],
): Invocation<Module> {
  const { path, rest } = findCommand(argv, commands);
  const command = path.at(-1);
  const flags = [...(command?.flags ?? []), ...GLOBAL_FLAGS];
  const tokens = tokenize(rest, flags);
  const help = askedForHelp(tokens);
  if (help) return { kind: 'help', path, form: help };
  const given = readFlags(tokens, flags, path);
  if (given.has('version') && !command?.flags.some((flag) => flag.name === 'version')) {
    return { kind: 'version', args: new Arguments([], given) };
  }
  if (!command) return { kind: 'help', path, form: 'short' };
  return { kind: 'run', path, args: readCommand(command, path, tokens, given) };
}

function readCommand(
  command: CommandSpec,
  path: readonly CommandSpec[],
  tokens: readonly Token[],
  given: Map<string, readonly string[]>,
): Arguments {
  const ended = tokens.find((token) => token.kind === 'option-terminator')?.index ?? Number.POSITIVE_INFINITY;
  const words = tokens.filter((token) => token.kind === 'positional');
  const handedOn = command.passthrough ? words.filter((word) => word.index > ended) : [];
  const positionals = words.filter((word) => !handedOn.includes(word)).map((word) => word.value);
  if (!command.load) throw subcommandNeeded(path, positionals[0]);
  checkPositionals(command, path, positionals, (word) => halfOfValue(word, tokens, command));
  return new Arguments(
    positionals,
    given,
    handedOn.map((word) => word.value),
  );
}

/** Takes the command's name (and its subcommand's) out of the arguments; global flags may stand before it. */
function findCommand<Module>(argv: readonly string[], commands: readonly CommandSpec<Module>[]) {
  const path: CommandSpec<Module>[] = [];
  let rest = [...argv];
  let choices: readonly CommandSpec<Module>[] | undefined = commands;
  while (choices) {
    const flags: readonly FlagSpec[] = [...(path.at(-1)?.flags ?? []), ...GLOBAL_FLAGS];
    const word = firstWord(tokenize(rest, flags), flags);
    const found: CommandSpec<Module> | undefined = choices.find((command) => command.name === word?.value);
    if (word && !found && path.length === 0) throw unknownCommand(word.value, commands);
    if (!word || !found) break;
    rest = rest.filter((_, index) => index !== word.index);
    path.push(found);
    choices = found.subcommands;
  }
  return { path, rest };
}

/** The first positional, unless an unknown flag stands before it: that flag's value could be taken for a command. */
function firstWord(tokens: readonly Token[], flags: readonly FlagSpec[]) {
  for (const token of tokens) {
    if (token.kind === 'positional') return token;
    if (token.kind === 'option-terminator' || !findFlag(flags, token.name)) return undefined;
  }
  return undefined;
}

function tokenize(argv: readonly string[], flags: readonly FlagSpec[]): readonly Token[] {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const { name, short, value, optionalValue } of [...flags].reverse()) {
    const type = value !== undefined && !optionalValue ? 'string' : 'boolean';
    options[name] = short === undefined ? { type } : { type, short };
  }
  return parseArgs({ args: [...argv], options, strict: false, tokens: true }).tokens;
}

/** `--to --help` asks for help, too: nobody means it as a value. */
function askedForHelp(tokens: readonly Token[]): 'short' | 'long' | undefined {
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const word = token.name === 'help' ? token.rawName : token.inlineValue ? undefined : token.value;
    if (word === '--help') return 'long';
    if (word === '-h') return 'short';
  }
  return undefined;
}

function findFlag(flags: readonly FlagSpec[], name: string): FlagSpec | undefined {
  return flags.find((flag) => flag.name === name);
}

function readFlags(tokens: readonly Token[], flags: readonly FlagSpec[], path: readonly CommandSpec[]) {
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const flag = findFlag(flags, token.name);
    if (!flag) throw unknownFlag(token, flags, path);
    const earlier = given.get(flag.name) ?? [];
    if (earlier.length > 0 && flag.value !== undefined && !flag.repeatable) {
      throw usage(`--${flag.name} was given more than once`, { next: [seeHelp(path)] });
    }
    given.set(flag.name, [...earlier, flagValue(flag, token, path)]);
  }
  return given;
}

function flagValue(flag: FlagSpec, token: OptionToken, path: readonly CommandSpec[]): string {
  const value = token.value;
  if (flag.value === undefined) {
    if (value === undefined) return '';
    throw usage(`--${flag.name} takes no value`, {
      found: quoted(`${token.rawName}=${value}`),
      next: [seeHelp(path)],
    });
  }
  if (value === undefined && flag.optionalValue) return flag.default ?? '';
  if (value === undefined || value === '' || looksLikeFlag(token, value)) {
    throw usage(`--${flag.name} needs a value: --${flag.name} ${flag.value}`, { next: [seeHelp(path)] });
  }
  checkChoice(`--${flag.name}`, value, flag.choices);
  return value;
}

/**
 * `--to --yes`: the value was forgotten. A value that does begin with a dash is written `--flag=-value`; a negative number is
 * no flag, and whoever reads the value says what is wrong with it.
 */
function looksLikeFlag(token: OptionToken, value: string): boolean {
  return !token.inlineValue && /^-[^\d.]/.test(value);
}

function checkChoice(name: string, value: string, choices: readonly string[] | undefined): void {
  if (!choices || choices.includes(value)) return;
  const meant = nearest(value, choices);
  throw usage(`${name} cannot be ${quoted(value)}`, {
    expected: choices.join(', '),
    ...(meant ? { next: [`Did you mean ${quoted(meant)}?`] } : {}),
  });
}

/** `--lock-budget 10 min`: a value that was written in two words, as one. */
function halfOfValue(word: string, tokens: readonly Token[], { flags }: CommandSpec): string | undefined {
  const at = tokens.findIndex((token) => token.kind === 'positional' && token.value === word);
  const before = tokens[at - 1];
  if (before?.kind !== 'option' || before.value === undefined) return undefined;
  const { value, name } = findFlag(flags, before.name) ?? {};
  if (value === 'TIME' && isDurationUnit(word)) return `--${name} ${before.value}${word}`;
  return value === 'LIST' ? `--${name} ${before.value.replace(/,$/, '')},${word.replace(/^,/, '')}` : undefined;
}

function checkPositionals(
  command: CommandSpec,
  path: readonly CommandSpec[],
  words: readonly string[],
  meant: (word: string) => string | undefined,
): void {
  const specs = command.positionals ?? [];
  const missing = specs.find((spec, index) => !spec.optional && words[index] === undefined);
  if (missing) throw usage(`${nameOf(path)} needs ${missing.name}: ${missing.summary}`, { next: [seeHelp(path)] });
  words.forEach((word, index) => {
    const spec = specs[index] ?? lastRepeatable(specs);
    if (!spec) throw unexpectedWord(word, command, path, meant(word));
    checkChoice(spec.name, word, spec.choices);
  });
}

function lastRepeatable(specs: readonly PositionalSpec[]): PositionalSpec | undefined {
  const last = specs.at(-1);
  return last?.repeatable ? last : undefined;
}

function unexpectedWord(
  word: string,
  command: CommandSpec,
  path: readonly CommandSpec[],
  meant: string | undefined,
): Problem {
  if (command.subcommands) return subcommandNeeded(path, word);
  const takesVersion = command.flags.find((flag) => flag.completes === 'version');
  if (meant !== undefined) {
    const next = [`If it belongs to the value before it, write the two together: ${meant}`, seeHelp(path)];
    return usage(`${nameOf(path)} does not take the argument ${quoted(word)}`, { next });
  }
  const chosen = command.flags.find((flag) => flag.choices?.includes(word));
  if (chosen !== undefined) {
    const next = [`Write it together with its flag: --${chosen.name}=${word}`, seeHelp(path)];
    return usage(`${nameOf(path)} does not take the argument ${quoted(word)}`, { next });
  }
  const next = takesVersion
    ? [`A version is given with --${takesVersion.name} ${word}.`, seeHelp(path)]
    : [seeHelp(path)];
  return usage(`${nameOf(path)} does not take the argument ${quoted(word)}`, { next });
}

function unknownCommand(word: string, commands: readonly CommandSpec[]): Problem {
  const names = commands.filter((command) => !command.hidden).map((command) => command.name);
  const meant = nearest(word, names);
  const next = meant ? [`Did you mean: taskflow-db ${meant}`] : ['taskflow-db --help lists the commands.'];
  return usage(`there is no command ${quoted(word)}`, { expected: names.join(', '), next });
}

function subcommandNeeded(path: readonly CommandSpec[], word: string | undefined): Problem {
  const names = (path.at(-1)?.subcommands ?? []).map((command) => command.name);
  const said = word === undefined ? '' : `, not ${quoted(word)}`;
  const meant = word === undefined ? undefined : nearest(word, names);
  const next = meant ? [`Did you mean: ${nameOf(path)} ${meant}`] : [seeHelp(path)];
  return usage(`${nameOf(path)} needs one of its subcommands${said}`, { expected: names.join(', '), next });
}

function unknownFlag(token: OptionToken, flags: readonly FlagSpec[], path: readonly CommandSpec[]): Problem {
  const visible = flags.filter((flag) => !flag.hidden).map((flag) => flag.name);
  const meant = nearest(token.name, visible);
  const next = meant && token.rawName.startsWith('--') ? [`Did you mean --${meant}?`] : [seeHelp(path)];
  const place =
    path.length === 0 ? 'before the command (flags of a command stand after its name)' : `for ${nameOf(path)}`;
  return usage(`there is no flag ${token.rawName} ${place}`, { next });
}

function nameOf(path: readonly CommandSpec[]): string {
  return ['taskflow-db', ...path.map((command) => command.name)].join(' ');
}

function seeHelp(path: readonly CommandSpec[]): string {
  return `${nameOf(path)} -h shows its arguments.`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function usage(message: string, fields: ConstructorParameters<typeof Problem>[2]): Problem {
  return new Problem('usage', message, fields);
}
