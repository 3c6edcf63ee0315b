import type { CommandSpec } from '../spec.ts';
import { renderBash } from './bash.ts';
import { renderFish } from './fish.ts';
import { renderZsh } from './zsh.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** The completion script of a shell, for every command, flag and value that the registry knows. */
export function renderCompletion(shell: Shell, commands: readonly CommandSpec[]): string {
  const visible = commands.filter((command) => !command.hidden);
  return { bash: renderBash, zsh: renderZsh, fish: renderFish }[shell](visible);
}
