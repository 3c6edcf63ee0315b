import { GLOBAL_GROUPS } from './globals.ts';
import { ABOUT, EXIT_STATUSES, flagRow, PROGRAM, usageOf } from './help.ts';
import { COMMANDS } from './registry.ts';
import type { CommandSpec } from './spec.ts';

const PATH = 'docs/commands.md';

/** The generated reference of the commands: path → text. Run by scripts/build.mjs --docs. */
export function generate(): Record<string, string> {
  const commands = COMMANDS.filter(({ hidden }) => !hidden);
  const parts = [
    '<!-- Generated from src/cli/registry.ts by: node scripts/build.mjs --docs -->',
    '# Commands',
    `\`./scripts/db-migrate.sh COMMAND\` in a clone is the same as \`${PROGRAM} COMMAND\` where the package is installed.`,
    ABOUT,
    table(
      ['Command', 'Does'],
      commands.map(({ name, summary }) => [`[${name}](#${PROGRAM}-${name})`, summary]),
    ),
    ...commands.flatMap((command) => commandParts(command, 2)),
    '## Flags that every command takes',
    ...GLOBAL_GROUPS.flatMap(({ title, flags }) => [`### ${title}`, table(['Flag', 'Means'], flags.map(flagCells))]),
    '## Exit status',
    table(['Status', 'Means'], EXIT_STATUSES),
  ];
  return { [PATH]: `${parts.join('\n\n')}\n` };
}

function commandParts(command: CommandSpec, level: number, parent = PROGRAM): string[] {
  const name = `${parent} ${command.name}`;
  const arguments_ = (command.positionals ?? []).map((spec) => [`\`${spec.name}\``, spec.summary]);
  const flags = command.flags.filter(({ hidden }) => !hidden).map(flagCells);
  return [
    `${'#'.repeat(level)} ${name}`,
    command.description,
    `\`\`\`\n${usageOf(name, command)}\n\`\`\``,
    ...(arguments_.length > 0 ? [table(['Argument', 'Means'], arguments_)] : []),
    ...(flags.length > 0 ? [table(['Flag', 'Means'], flags)] : []),
    ...(command.examples.length > 0 ? [exampleBlock(command)] : []),
    ...(command.subcommands ?? []).flatMap((subcommand) => commandParts(subcommand, level + 1, name)),
  ];
}

function flagCells(flag: CommandSpec['flags'][number]): string[] {
  const [term, summary] = flagRow(flag);
  return [`\`${term.trim()}\``, summary];
}

function exampleBlock({ examples }: CommandSpec): string {
  return `\`\`\`sh\n${examples.map(({ line, says }) => `${line}   # ${says}`).join('\n')}\n\`\`\``;
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}
