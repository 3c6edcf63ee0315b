import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BranchFacts } from '../engine/renumber/facts.ts';
import { Problem } from '../problem/problem.ts';

/** What the branch is called where others start from; the first that there is. */
const USUAL = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];

const TIMEOUT_MS = 30_000;

/**
 * The files that a branch has in the folders of migrations. `wanted`: a branch or commit as Git takes it, else the first of the usual ones
 * that is not checked out (or is, and something is merged into it); undefined where there is none, or no Git. Problem `usage` where
 * the one that is wanted is not there.
 */
export async function branchFacts(
  folders: readonly string[],
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<BranchFacts | undefined> {
  const files = new Set<string>();
  let found: Branch | undefined;
  for (const folder of folders.filter((one) => existsSync(one))) {
    const git = (...args: string[]) => runGit(folder, args, signal);
    const branch = wanted === undefined ? await usualBranch(git) : await namedBranch(git, wanted);
    if (!branch) continue;
    found ??= branch;
    const listed = (await git('ls-tree', '-z', '--name-only', branch.commit)) ?? '';
    for (const file of listed.split('\0')) if (/\.(?:sql|ts|mjs)$/.test(file)) files.add(join(folder, file));
  }
  return found && { name: found.name, said: found.said ?? found.name, files };
}

/** What is committed where people are; undefined where nothing is. */
export async function committedFacts(
  folders: readonly string[],
  signal: AbortSignal,
): Promise<BranchFacts | undefined> {
  const [folder] = folders.filter((one) => existsSync(one));
  const hasHead = folder !== undefined && (await runGit(folder, ['rev-parse', '--verify', '--quiet', 'HEAD'], signal));
  return hasHead ? branchFacts(folders, 'HEAD', signal) : undefined;
}

type Git = (...args: string[]) => Promise<string | undefined>;

interface Branch {
  readonly name: string;
  /** Where people would not know it by its name. */
  readonly said?: string;
  readonly commit: string;
}

async function usualBranch(git: Git): Promise<Branch | undefined> {
  const current = await git('symbolic-ref', '--quiet', '--short', 'HEAD');
  const merging = (await git('rev-parse', '--verify', '--quiet', 'MERGE_HEAD')) !== undefined;
  for (const candidate of USUAL) {
    if (candidate === current && !merging) continue;
    const commit = await commitOf(git, candidate);
    if (commit === undefined) continue;
    const name = (await git('rev-parse', '--abbrev-ref', candidate)) || candidate;
    return { commit, name, ...(candidate === current ? { said: `${name} before this merge` } : {}) };
  }
  return undefined;
}

async function namedBranch(git: Git, wanted: string): Promise<Branch> {
  const commit = wanted.startsWith('-') ? undefined : await commitOf(git, wanted);
  if (commit !== undefined) return { name: wanted, commit };
  throw new Problem('usage', `Git knows no branch or commit ${wanted} where the migrations are`, {
    found: wanted,
    expected: 'a branch, tag or commit, such as origin/main',
    state: 'Nothing was changed.',
    next: ['In a clone with only one branch, fetch it first: git fetch origin main'],
  });
}

function commitOf(git: Git, name: string): Promise<string | undefined> {
  return git('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
}

/** What Git prints; undefined where it says no, or is not there. */
async function runGit(cwd: string, args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    const options = { cwd, signal, timeout: TIMEOUT_MS, maxBuffer: 256 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)('git', args, options);
    return stdout.trimEnd();
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
