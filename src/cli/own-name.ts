import { userInfo } from 'node:os';

/** The user of the operating system; undefined where the process runs under a number that has no name. */
export function ownName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
