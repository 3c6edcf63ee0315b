import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clone } from './clone.ts';

export interface CommandOutput {
  readonly status: number;
  /** stdout and stderr as a terminal shows them together. */
  readonly output: string;
}

/** Printed behind each command of a block with its status; no command of ours prints this. */
const END = '\u0001end';

/** A person's shell in a clone: what one block exports, and the folder it changes to, hold for the next. */
export class ShellSession {
  readonly #clone: Clone;
  #carried: Record<string, string> = {};
  #cwd: string;

  constructor(clone: Clone) {
    this.#clone = clone;
    this.#cwd = clone.root;
  }

  /** Runs the commands one after the other in one bash; those after a bash that ended are missing from the answer. */
  run(commands: readonly string[], extra: Readonly<Record<string, string>>): CommandOutput[] {
    const carry = join(this.#clone.home, '.carried');
    // The status is given on, so that `echo $?` may follow; the trap tells it where `set -e` ends the shell.
    const end = `__s=$?; printf '${END} %d\\n' "$__s"`;
    const lines = commands.map((command) => `${command}\n${end}; (exit "$__s")`);
    const script = `exec 2>&1; trap "${end.replaceAll(/["$]/g, '\\$&')}" EXIT\n${lines.join('\n')}\nunset __s; { pwd; env -0; } >'${carry}'`;
    const child = spawnSync('bash', ['-c', script], {
      cwd: this.#cwd,
      env: { ...this.#base(), ...this.#carried, ...extra },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 240_000,
      maxBuffer: 20_000_000,
    });
    if (existsSync(carry)) this.#take(readFileSync(carry, 'utf8'), extra);
    return outputsOf(`${child.stdout}${child.stderr}`);
  }

  #base(): Record<string, string> {
    const { home, bin } = this.#clone;
    return {
      PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      USER: 'ada',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      COLUMNS: '80',
    };
  }

  #take(text: string, extra: Readonly<Record<string, string>>): void {
    const cut = text.indexOf('\n');
    this.#cwd = text.slice(0, cut);
    const pairs = text
      .slice(cut + 1)
      .split('\0')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
    const base = this.#base();
    this.#carried = Object.fromEntries(
      pairs.filter(([name, value]) => /^[A-Z]/.test(name) && base[name] !== value && extra[name] !== value),
    );
  }
}

function outputsOf(text: string): CommandOutput[] {
  const parts = text.split(END);
  return parts.slice(1).map((part, i) => {
    const before = i === 0 ? parts[0]! : parts[i]!.slice(parts[i]!.indexOf('\n') + 1);
    return { status: Number(/^ (\d+)/.exec(part)?.[1] ?? -1), output: before };
  });
}
