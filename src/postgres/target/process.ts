import { readFileSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import type { TargetEnvironment, TargetFiles, TargetFlags, TargetInputs } from './inputs.ts';

/** The file system of this machine. What cannot be read counts as not there, as in libpq. */
const machineFiles: TargetFiles = {
  read: (path) => quietly(() => readFileSync(path, 'utf8')),
  stat: (path) => {
    const facts = quietly(() => statSync(path, { throwIfNoEntry: false }));
    return facts && { mode: facts.mode & 0o7777, uid: facts.uid, isFile: facts.isFile() };
  },
};

/** What the resolver needs to know of this process, beside flags and configuration. */
export function machineInputs(
  env: TargetInputs['env'],
  flags: TargetFlags = {},
  environment?: TargetEnvironment,
): TargetInputs {
  const homeDirectory = env.HOME || quietly(homedir) || '/';
  const { platform } = process;
  return { flags, env, environment, homeDirectory, files: machineFiles, osUser: userName(env), platform };
}

/** Empty where the user ID has no name (a container run with a bare number): then the target must name the user. */
function userName(env: TargetInputs['env']): string {
  return quietly(() => userInfo().username) ?? env.USER ?? '';
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
