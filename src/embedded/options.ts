/** Where the embedded database lives and how long it stays up. */
export interface EmbeddedOptions {
  /** The folder for everything that belongs to it, e.g. `<folder of the configuration file>/.taskflow`. */
  readonly dataRoot: string;
  /** Files or folders from which the binary package is looked up as Node would; default: this file, the program, the current folder. */
  readonly packageRoots?: readonly string[];
  /** Milliseconds without a client connection after which the server stops by itself (default 30 minutes; 0: never). */
  readonly idleShutdownMs?: number;
}

/** A running embedded server; anyone who may enter `host` (mode 0700) is its superuser. */
export interface EmbeddedServer {
  /** The directory of the server's Unix socket, or 127.0.0.1 where there are no Unix sockets. */
  readonly host: string;
  readonly port: number;
  readonly user: 'postgres';
  readonly database: 'taskflow_db';
  readonly serverVersion: string;
  /** This call made the database. */
  readonly created: boolean;
  /** This call started the server. */
  readonly started: boolean;
}

export const DATABASE = 'taskflow_db';
export const SUPERUSER = 'postgres';
export const IDLE_SHUTDOWN_MS = 30 * 60_000;
