/** What resolving reads of a file system; handed in. */
export interface TargetFiles {
  /** The text of a file, or undefined if it is not there or cannot be read. */
  read(path: string): string | undefined;
  stat(path: string): FileFacts | undefined;
}

/** `mode`: permission bits. `isFile`: a regular file, links followed. */
export interface FileFacts {
  readonly mode: number;
  readonly uid: number;
  readonly isFile: boolean;
}

export interface TargetFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  /** A name, or a connection string as psql takes it there. */
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  /** A connection string. */
  readonly url?: string | undefined;
  /** What was typed at the prompt of `--password`. */
  readonly passwordPrompted?: string | undefined;
}

/** The target of `--env NAME`, from the configuration file; `passwordFile` is absolute. */
export interface TargetEnvironment {
  readonly name: string;
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly database?: string | undefined;
  readonly user?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordCommand?: string | readonly string[] | undefined;
  readonly sslmode?: string | undefined;
  readonly sslrootcert?: string | undefined;
  readonly sslcert?: string | undefined;
  readonly sslkey?: string | undefined;
}

export interface TargetInputs {
  readonly flags: TargetFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly environment?: TargetEnvironment | undefined;
  readonly homeDirectory: string;
  readonly files: TargetFiles;
  /** The operating system's name for who runs this: libpq's default user. */
  readonly osUser: string;
  /** As `process.platform`. */
  readonly platform: string;
}
