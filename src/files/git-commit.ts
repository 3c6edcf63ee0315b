import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * The commit that is checked out where the folder lies, read from the files of the repository (git's gitrepository-layout
 * page) so that no program need be started or installed; null where there is none.
 */
export function gitCommitOf(folder: string): string | null {
  const gitFolder = findGitFolder(resolve(folder));
  if (!gitFolder) return null;
  const head = readTrimmed(join(gitFolder, 'HEAD'));
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined) return commitIn(head);
  const common = commonFolder(gitFolder);
  return commitIn(readTrimmed(join(common, ref))) ?? packedRef(common, ref);
}

function findGitFolder(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, '.git');
    if (existsSync(candidate)) return statSync(candidate).isDirectory() ? candidate : linkedFolder(candidate);
    if (dirname(at) === at) return undefined;
  }
}

/** A worktree's or submodule's `.git` is a file that names the folder. */
function linkedFolder(file: string): string | undefined {
  const target = /^gitdir: (.+)$/.exec(readTrimmed(file))?.[1];
  return target === undefined ? undefined : resolve(dirname(file), target);
}

function commonFolder(gitFolder: string): string {
  const common = readTrimmed(join(gitFolder, 'commondir'));
  return common === '' ? gitFolder : resolve(gitFolder, common);
}

function packedRef(gitFolder: string, ref: string): string | null {
  const line = readTrimmed(join(gitFolder, 'packed-refs'))
    .split('\n')
    .find((one) => one.endsWith(` ${ref}`));
  return line === undefined ? null : commitIn(line.split(' ')[0] ?? '');
}

function commitIn(text: string): string | null {
  return /^[0-9a-f]{40,64}$/.test(text) ? text : null;
}

function readTrimmed(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
