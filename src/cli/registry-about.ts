import type { Command } from './context.ts';

/** The commands that are about the tool itself; the last is for completions. */
export const ABOUT_COMMANDS: readonly Command[] = [
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    rare: true,
    description: `Prints a script that completes commands, flags and versions. Load it from the start-up file of the shell.`,
    positionals: [{ name: 'SHELL', choices: ['bash', 'zsh', 'fish'], summary: 'bash, zsh or fish' }],
    flags: [],
    examples: [
      { line: 'source <(taskflow-db completion bash)', says: 'in ~/.bashrc' },
      { line: 'source <(taskflow-db completion zsh)', says: 'in ~/.zshrc, after compinit' },
      { line: 'taskflow-db completion fish | source', says: 'in ~/.config/fish/config.fish' },
    ],
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'help',
    summary: 'explain a command',
    rare: true,
    description: 'The same as COMMAND --help.',
    positionals: [
      {
        name: 'COMMAND',
        optional: true,
        repeatable: true,
        completes: 'command',
        summary: 'the command, and its subcommand',
      },
    ],
    flags: [],
    examples: [{ line: 'taskflow-db help migrate', says: 'flags, explanation and examples of migrate' }],
    load: () => import('./commands/help.ts'),
  },
  {
    name: 'version',
    summary: 'show the version of taskflow-db',
    rare: true,
    description: 'Prints the version of taskflow-db; with --json also those of Node and V8 and the platform.',
    flags: [],
    examples: [{ line: 'taskflow-db version --json', says: 'for a report of a problem' }],
    load: () => import('./commands/version.ts'),
  },
  {
    name: '__versions',
    summary: 'list versions for completions',
    description: 'Prints the versions of the migration files, one a line. Used by the completion scripts.',
    flags: [],
    examples: [],
    hidden: true,
    load: () => import('./commands/versions.ts'),
  },
];
