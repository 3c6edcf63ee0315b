import type { Settings } from '../config/settings.ts';
import type { Arguments } from './args.ts';
import type { CommandSpec } from './spec.ts';

/** Text goes out through one of these: secrets are masked, and a closed pipe is silently accepted. */
export interface Writer {
  readonly isTty: boolean;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  readonly color: boolean;
  write(text: string): void;
  /** The text and a line break. */
  line(text?: string): void;
}

/** What a file of commands/ exports. */
export interface CommandModule {
  /** The exit status: one of EXIT, or that of the program which ran in our place. */
  run(context: CommandContext): Promise<number>;
}

/** A command that can be run: an entry of the registry. */
export type Command = CommandSpec<CommandModule>;

/**
 * All that a command may touch of the world outside. A command reads `args` and `settings`, writes data to `stdout` and
 * talk to `stderr`, and returns its exit status; it never ends the process and never reads `process` itself.
 */
export interface CommandContext {
  readonly args: Arguments;
  /** The registry, for help and completions. */
  readonly commands: readonly CommandSpec[];
  /** The settings in force: file, environment variables and flags merged. Read at the first call; a Problem if invalid. */
  settings(): Settings;
  /** Those of another environment of the configuration. */
  settingsOf(environment: string): Settings;
  /** Data: what a script would read. Nothing but the document under `--json`. */
  readonly stdout: Writer;
  /** Talk: progress, notes, warnings. */
  readonly stderr: Writer;
  /** `--json` was given. */
  readonly wantsJson: boolean;
  /** `--quiet` was given: no talk except problems. */
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by the first SIGINT or SIGTERM (and SIGHUP); a second one ends the process at once with status 130. */
  readonly signal: AbortSignal;
  /**
   * Asks yes or no, on a terminal only; returns when the answer is yes (or `--yes` was given). Without a terminal: Problem
   * `confirmation-needed`, which names `--yes`. After a no: Problem `cancelled`.
   */
  confirm(question: string): Promise<void>;
  /**
   * Asks on a terminal for a name to be typed, before something that a yes is given too quickly to. Without a terminal:
   * `confirmation-needed` with `next`; where another text is typed: `cancelled`.
   */
  confirmName(question: string, name: string, next: string): Promise<void>;
  /** Asks for a secret on a terminal, without showing it. The answer is masked in all later output. */
  askSecret(question: string): Promise<string>;
  /** Registers a value that must never be shown; `shownAnyway`: names such as the user's, which stay if they equal it. */
  hide(secret: string, shownAnyway?: readonly string[]): void;
  /** The text without the secrets that were registered. */
  masked(text: string): string;
  /** Writes the one JSON document of `--json` to stdout. */
  json(value: unknown): void;
}
