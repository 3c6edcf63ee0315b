import { posix, win32 } from 'node:path';
import { socketPath } from './hosts.ts';
import type { TargetInputs } from './inputs.ts';

/** Debian's and Fedora's socket directory, and the one of a server built from source. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];

/**
 * Where to connect if no host is named: the socket directory of this machine's server, else localhost. libpq has the
 * directory compiled in; here the one that holds a socket for the port is taken, else Debian's if it exists.
 */
export function defaultHost({ files, platform }: Pick<TargetInputs, 'files' | 'platform'>): (port: number) => string {
  return (port) => {
    if (platform === 'win32') return 'localhost';
    const live = SOCKET_FOLDERS.find((folder) => files.stat(socketPath(folder, port)));
    return live ?? SOCKET_FOLDERS.slice(0, 1).find((folder) => files.stat(folder)) ?? 'localhost';
  };
}

/** Is it a directory that libpq takes for its own default, so that the password file knows it as localhost? */
export function isDefaultSocketFolder(host: string): boolean {
  return SOCKET_FOLDERS.includes(host);
}

/** A file of libpq in the user's home: `.pgpass`, `.postgresql/root.crt`; on Windows below %APPDATA%\postgresql. */
export function userFile({ homeDirectory, env, platform }: TargetInputs, name: string): string {
  if (platform !== 'win32') return posix.join(homeDirectory, name);
  const folder = win32.join(env.APPDATA ?? win32.join(homeDirectory, 'AppData', 'Roaming'), 'postgresql');
  const plain = name === '.pgpass' ? 'pgpass.conf' : name.replace(/^\.postgresql\//, '');
  return win32.join(folder, plain);
}
