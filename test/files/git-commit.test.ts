/** The commit that is checked out, as git itself says it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gitCommitOf } from '../../src/files/git-commit.ts';

const top = mkdtempSync(join(tmpdir(), 'tfgit-'));
after(() => rmSync(top, { recursive: true }));

const WHO = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];
const env = { PATH: process.env.PATH ?? '', HOME: top, GIT_CONFIG_NOSYSTEM: '1' };
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', [...WHO, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trim();

function repository(name: string): string {
  const folder = join(top, name);
  mkdirSync(join(folder, 'database/migrations'), { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  return folder;
}

const commit = (folder: string) => git(folder, 'commit', '-q', '--allow-empty', '-m', 'one');

test('on a branch, in a folder below, with packed references, detached', () => {
  const folder = repository('plain');
  assert.equal(gitCommitOf(folder), null, 'nothing is committed yet');
  commit(folder);
  const head = git(folder, 'rev-parse', 'HEAD');
  assert.equal(gitCommitOf(folder), head);
  assert.equal(gitCommitOf(join(folder, 'database/migrations')), head);
  git(folder, 'pack-refs', '--all');
  assert.equal(gitCommitOf(folder), head);
  commit(folder);
  assert.equal(gitCommitOf(folder), git(folder, 'rev-parse', 'HEAD'));
  git(folder, 'checkout', '-q', '--detach', 'HEAD~1');
  assert.equal(gitCommitOf(folder), head);
});

test('in a linked worktree: that of the worktree', () => {
  const folder = repository('with-worktree');
  commit(folder);
  git(folder, 'worktree', 'add', '-q', '-b', 'side', '../linked');
  const linked = join(top, 'linked');
  git(linked, 'commit', '-q', '--allow-empty', '-m', 'two');
  assert.equal(gitCommitOf(linked), git(linked, 'rev-parse', 'HEAD'));
  assert.notEqual(gitCommitOf(linked), gitCommitOf(folder));
});

test('none outside of any repository, nor where its files say nothing', () => {
  mkdirSync(join(top, 'bare-folder'));
  assert.equal(gitCommitOf(join(top, 'bare-folder')), null);
  const odd = join(top, 'odd');
  mkdirSync(join(odd, '.git'), { recursive: true });
  assert.equal(gitCommitOf(odd), null);
  writeFileSync(join(odd, '.git/HEAD'), 'ref: refs/heads/none\n');
  assert.equal(gitCommitOf(odd), null);
  writeFileSync(join(odd, '.git/HEAD'), '<script>\n');
  assert.equal(gitCommitOf(odd), null);
});
