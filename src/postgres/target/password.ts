import { commandWords, NO_SHELL } from './command-words.ts';
import type { Complain } from './complaints.ts';
import { isDefaultSocketFolder, userFile } from './defaults.ts';
import type { HostAddress } from './hosts.ts';
import type { TargetEnvironment, TargetFiles, TargetInputs } from './inputs.ts';
import { findPassword } from './passfile.ts';
import { Secret } from './secret.ts';
import type { Setting, Settings } from './settings.ts';

/** The password that an environment's file holds, as a setting, or the command that will print it. */
export function environmentPassword(
  { name, passwordFile, passwordCommand }: TargetEnvironment,
  settings: Settings,
  files: TargetFiles,
  complain: Complain,
): { settings: Settings; command?: readonly string[] } {
  const given = [
    settings.get('password')?.value && 'url',
    passwordFile && 'passwordFile',
    passwordCommand && 'passwordCommand',
  ];
  const named = given.filter((key) => key !== undefined && key !== '');
  if (named.length > 1) {
    complain(`Environment ${name} gives the password in more than one way.`, {
      found: named.join(', '),
      next: ['Keep one.'],
    });
  }
  const command = passwordCommand === undefined ? undefined : splitCommand(passwordCommand, name, complain);
  const password = passwordFile === undefined ? undefined : readPasswordFile(passwordFile, name, files, complain);
  return { settings: password ? new Map([['password', password]]) : new Map(), ...(command ? { command } : {}) };
}

function readPasswordFile(path: string, name: string, files: TargetFiles, complain: Complain): Setting | undefined {
  const text = files.read(path)?.replace(/\r?\n$/, '');
  const fault =
    text === undefined
      ? 'cannot be read'
      : text === ''
        ? 'is empty'
        : text.includes('\n')
          ? 'holds more than one line'
          : undefined;
  if (fault) {
    complain(`The password file of environment ${name} ${fault}.`, {
      where: { file: path },
      expected: 'the password alone, on one line',
    });
  }
  return text ? { value: text, origin: path } : undefined;
}

function splitCommand(
  command: string | readonly string[],
  name: string,
  complain: Complain,
): readonly string[] | undefined {
  const read = commandWords(command);
  if ('words' in read) return read.words;
  complain(`The password command of environment ${name} needs a shell, and none is used.`, {
    found: read.odd ?? 'no program',
    next: [NO_SHELL],
  });
  return undefined;
}

/** The password file to look into: named, or the one in the home directory. */
export function passfilePath(settings: Settings, inputs: TargetInputs): string {
  return settings.get('passfile')?.value || userFile(inputs, '.pgpass');
}

/**
 * What the password file says for each host, and the reason why it was ignored: libpq reads it only if nobody but its
 * owner can (manual, "The Password File"); Windows has no such check.
 */
export function lookUpPasswords(
  path: string,
  hosts: readonly HostAddress[],
  who: { database: string; user: string },
  { files, platform }: Pick<TargetInputs, 'files' | 'platform'>,
): { passwords: (Secret | undefined)[]; warning?: string } {
  const none = hosts.map(() => undefined);
  const facts = files.stat(path);
  if (!facts) return { passwords: none };
  if (!facts.isFile)
    return { passwords: none, warning: `The password file ${path} is not a plain file; it is ignored.` };
  if (platform !== 'win32' && (facts.mode & 0o077) !== 0) {
    const open = 'is open to group or others; it is ignored until';
    return { passwords: none, warning: `The password file ${path} ${open} "chmod 0600 ${path}".` };
  }
  const text = files.read(path) ?? '';
  const find = (host: string, port: number) => findPassword(text, { host, port, ...who });
  const passwords = hosts.map(({ host, hostaddr, port }) => {
    const name = isDefaultSocketFolder(host) ? 'localhost' : host || hostaddr || 'localhost';
    const password = find(name, port);
    return password ? new Secret(password, path) : undefined;
  });
  return { passwords };
}
