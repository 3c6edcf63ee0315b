import { createStyle, type Style } from '../report/style.ts';
import { pad, widthOf, wrap } from '../report/width.ts';
import { GLOBAL_FLAGS, GLOBAL_GROUPS } from './globals.ts';
import type { CommandSpec, FlagSpec, PositionalSpec } from './spec.ts';

export interface HelpOptions {
  readonly width: number;
  readonly color: boolean;
}

interface Page {
  readonly width: number;
  readonly style: Style;
  readonly form: 'short' | 'long';
}

type Row = readonly [term: string, summary: string];

export const PROGRAM = 'taskflow-db';

export const ABOUT = `Applies, records, checks and undoes the migrations of a PostgreSQL database: plain SQL files in a folder, each applied exactly once.

A database is named with --env, with --host, --port, --database and --user, or with DATABASE_URL, DB_HOST and PGHOST and their like. Where none is named, the embedded one is used if the configuration allows it.`;

export const EXIT_STATUSES: readonly Row[] = [
  ['0', 'done'],
  ['1', 'failed'],
  ['2', 'wrong usage or configuration'],
  ['3', 'a check found a difference'],
  ['4', 'gave up waiting for a lock or for another run'],
  ['130', 'interrupted'],
];

/** The help of a command (of the whole tool, for an empty path): short fits a screen, long explains, with examples. */
export function renderHelp(
  path: readonly CommandSpec[],
  commands: readonly CommandSpec[],
  form: 'short' | 'long',
  { width, color }: HelpOptions,
): string {
  const page: Page = { width: Math.min(100, Math.max(60, width)), style: createStyle(color), form };
  const command = path.at(-1);
  const sections = command ? commandHelp(path, command, page) : toolHelp(commands, page);
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function toolHelp(commands: readonly CommandSpec[], page: Page): string[] {
  const more = `${PROGRAM} COMMAND -h shows the flags of a command, --help explains it.`;
  const head = [
    `${page.style.strong(PROGRAM)}: migrations for a PostgreSQL database`,
    usageLine(`${PROGRAM} COMMAND [flags]`, page),
  ];
  const list = section('Commands', commandRows(commands, page), page);
  if (page.form === 'short') return [...head, list, more];
  return [
    ...head,
    paragraphs(ABOUT, page),
    list,
    ...globalSections(page),
    section('Exit status', EXIT_STATUSES, page),
    more,
  ];
}

function commandHelp(path: readonly CommandSpec[], command: CommandSpec, page: Page): string[] {
  const name = [PROGRAM, ...path.map((part) => part.name)].join(' ');
  const head = [`${page.style.strong(name)}: ${command.summary}`, usageLine(usageOf(name, command), page)];
  const flags = command.flags.filter(({ hidden, rare }) => !hidden && (page.form === 'long' || !rare));
  const lists = [
    section('Commands', commandRows(command.subcommands ?? [], page), page),
    section(
      'Arguments',
      (command.positionals ?? []).map((spec): Row => [spec.name, spec.summary]),
      page,
    ),
    section('Flags', flags.map(flagRow), page),
  ];
  if (page.form === 'short') {
    const more = command.flags.some(({ rare }) => rare) ? ', with examples and more flags.' : ', with examples.';
    return [...head, ...lists, everywhere(command, page), `${name} --help explains${more}`];
  }
  return [...head, paragraphs(command.description, page), ...lists, ...globalSections(page), examples(command, page)];
}

/** The line that says how a command is written: `taskflow-db create NAME [flags]`. */
export function usageOf(name: string, command: CommandSpec): string {
  const words = (command.positionals ?? []).map(positionalWord);
  const own = command.subcommands ? [command.load ? '[COMMAND]' : 'COMMAND'] : words;
  return [name, ...own, '[flags]', ...(command.passthrough ? ['[-- ARGUMENTS]'] : [])].join(' ');
}

function positionalWord({ name, optional, repeatable }: PositionalSpec): string {
  const word = repeatable ? `${name}...` : name;
  return optional ? `[${word}]` : word;
}

function usageLine(usage: string, { style }: Page): string {
  return `${style.strong('Usage:')} ${usage}`;
}

function commandRows(commands: readonly CommandSpec[], { form }: Page): Row[] {
  const listed = commands.filter(({ hidden, rare }) => !hidden && (form === 'long' || !rare));
  return listed.map(({ name, summary }): Row => [name, summary]);
}

/** `-d, --database NAME` and its summary. */
export function flagRow(flag: FlagSpec): Row {
  return [flag.short ? `-${flag.short}, ${longForm(flag)}` : `    ${longForm(flag)}`, flag.summary];
}

function longForm({ name, value, optionalValue, choices }: FlagSpec): string {
  if (value === undefined) return `--${name}`;
  const listed = choices?.join('|') ?? value;
  const shown = listed.length > CHOICES_COLUMNS ? value : listed;
  return optionalValue ? `--${name}[=${shown}]` : `--${name} ${shown}`;
}

/** Where the choices take more, the summary names them. */
const CHOICES_COLUMNS = 16;

function globalSections(page: Page): string[] {
  return GLOBAL_GROUPS.map((group) => section(group.title, group.flags.map(flagRow), page));
}

/** One paragraph that only names the flags every command takes. */
function everywhere({ flags }: CommandSpec, { width, style }: Page): string {
  const others = GLOBAL_FLAGS.filter(({ name }) => !flags.some((flag) => flag.name === name));
  const names = others.map(({ name }) => `--${name}`).join(' ');
  return wrap(`${style.strong('Everywhere:')} ${names}`, width, '  ');
}

function section(title: string, rows: readonly Row[], page: Page): string {
  if (rows.length === 0) return '';
  const term = Math.min(30, Math.max(...rows.map(([left]) => widthOf(left))));
  const indent = ' '.repeat(term + 4);
  const lines = rows.map(([left, right]) => {
    const start = widthOf(left) > term ? `  ${left}\n${indent}` : `  ${pad(left, term)}  `;
    return start + wrap(right, page.width, indent);
  });
  return [page.style.strong(`${title}:`), ...lines].join('\n');
}

function paragraphs(text: string, { width }: Page): string {
  return text
    .split('\n\n')
    .map((paragraph) => wrap(paragraph, width))
    .join('\n\n');
}

function examples(command: CommandSpec, page: Page): string {
  if (command.examples.length === 0) return '';
  const lines = command.examples.map(({ line, says }) => `  ${page.style.faint(`# ${says}`)}\n  ${line}`);
  return [page.style.strong('Examples:'), ...lines].join('\n');
}
