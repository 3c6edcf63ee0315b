/** One flag. Without `value` it is a boolean; with it, `value` is the placeholder shown in help (`N`, `FILE`). */
export interface FlagSpec {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  readonly repeatable?: boolean;
  /** `--flag` alone means `--flag=default`; a value is given only as `--flag=value`. */
  readonly optionalValue?: boolean;
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly completes?: Completes;
  readonly summary: string;
  readonly hidden?: boolean;
  /** Only the long help lists it: the short one fits a screen. */
  readonly rare?: boolean;
}

/** What a shell offers for a value: versions of migrations, files, folders, or the names of commands. */
export type Completes = 'version' | 'file' | 'folder' | 'command';

export interface PositionalSpec {
  readonly name: string;
  readonly optional?: boolean;
  readonly repeatable?: boolean;
  readonly choices?: readonly string[];
  readonly completes?: Completes;
  readonly summary: string;
}

export interface Example {
  readonly line: string;
  readonly says: string;
}

/** One command, from which parsing, help, completions and docs/commands.md derive. `Module` is what it loads when it runs. */
export interface CommandSpec<Module = unknown> {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Paragraphs, separated by an empty line. */
  readonly description: string;
  readonly positionals?: readonly PositionalSpec[];
  /** Arguments after `--` are handed on as they are (`db psql -- -c 'SELECT 1'`). */
  readonly passthrough?: boolean;
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly Example[];
  readonly subcommands?: readonly CommandSpec<Module>[];
  readonly hidden?: boolean;
  /** Only the long help lists it: the short one fits a screen. */
  readonly rare?: boolean;
  /** Loads the command's module, so that the others cost nothing. Absent where there are only subcommands. */
  readonly load?: () => Promise<Module>;
}
