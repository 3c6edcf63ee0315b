/** Two branches that both add a file: what Git makes of the manifest, and how one `renumber` mends it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { gitIn, migrationsOf, tables } from './renumber-bed.ts';

const LOCK = 'm/migrations.lock';
const read = (at: DatabaseWorkplace) => readFileSync(join(at.folder, LOCK), 'utf8');

interface Merge {
  readonly git: (...args: string[]) => string;
  /** What Git said of the merge. */
  readonly conflict: string;
}

/** `main` has 002_theirs, which is applied; `feature`, with 002_mine and 003_more, is about to be merged with it. */
async function inConflict(body: (at: DatabaseWorkplace, merge: Merge) => Promise<void>): Promise<void> {
  await withCli(18, tables('001_base'), async (at) => {
    const git = gitIn(at);
    const commit = (message: string) => {
      git('add', '-A', 'm');
      git('commit', '-qm', message);
    };
    const record = async (message: string) => {
      assert.equal((await at.run(['renumber'])).exit, 0);
      commit(message);
    };
    assert.equal((await at.run(['renumber', '--lock'])).exit, 0);
    assert.equal((await at.run(['migrate', '--quiet'])).exit, 0);
    commit('base');
    git('switch', '-qc', 'feature');
    for (const name of ['mine', 'more']) assert.equal((await at.run(['create', name])).exit, 0);
    at.write(tables('002_mine', '003_more < 002_mine'));
    await record('mine');
    git('switch', '-q', 'main');
    at.write(tables('002_theirs'));
    await record('theirs');
    assert.equal((await at.run(['migrate', '--quiet'])).exit, 0);
    git('switch', '-q', 'feature');
    await body(at, { git, conflict: mergeFailing(git) });
  });
}

function mergeFailing(git: Merge['git']): string {
  try {
    git('merge', 'main');
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
  throw new assert.AssertionError({ message: 'Git merged what should be a conflict' });
}

/** One renumber, and then everything is as it should be. */
async function mended(at: DatabaseWorkplace, { git }: Merge): Promise<void> {
  assert.equal((await at.run(['status', '--check'])).exit, 3);
  const run = await at.run(['renumber']);
  assert.equal(run.exit, 0, run.output);
  assert.deepEqual(migrationsOf(at), ['001_base.sql', '002_theirs.sql', '003_mine.sql', '004_more.sql']);
  assert.match(readFileSync(join(at.folder, 'm/004_more.sql'), 'utf8'), /^-- Depends: 003_mine$/m);
  git('add', '-A', 'm');
  git('commit', '-qm', 'merge');
  const migrated = await at.run(['migrate']);
  assert.equal(migrated.exit, 0, migrated.output);
  assert.doesNotMatch(migrated.stderr, /migrations\.lock/);
  for (const args of [['status', '--check'], ['lint'], ['renumber']]) {
    const clean = await at.run(args);
    assert.equal(clean.exit, 0, clean.output);
  }
  assert.equal(git('status', '--porcelain', 'm'), '');
}

/** By the tools that everybody has: sums of the files, and of each line before. */
function checkedByHand(at: DatabaseWorkplace): void {
  const script = `
cd m
grep '^[0-9]' migrations.lock | awk '{ print $2 "  " $1 }' | sha256sum --check --strict --quiet
before=$(printf '0%.0s' $(seq 64))
grep '^[0-9]' migrations.lock | while read -r line; do
  test "\${line##* }" = "$before" || exit 1
  before=$(printf '%s\\n' "$line" | sha256sum | cut -d ' ' -f 1)
done`;
  execFileSync('bash', ['-euo', 'pipefail', '-c', script], { cwd: at.folder });
}

describe('branches that both add a file', { concurrency: 2 }, () => {
  test('Git reports a conflict, migrate refuses, and one renumber mends it with its markers', () =>
    inConflict(async (at, merge) => {
      assert.match(merge.conflict, /CONFLICT \(content\): Merge conflict in m\/migrations\.lock/);
      assert.match(read(at), /^<<<<<<< HEAD$[\s\S]*^>>>>>>> main$/m);
      const status = await at.run(['status', '--json']);
      const { manifests } = status.json<{ manifests: { file: string; faults: { kind: string; line: number }[] }[] }>();
      assert.deepEqual(
        manifests.map(({ file, faults }) => [file, faults.map(({ kind }) => kind)]),
        [[LOCK, ['conflict']]],
      );
      const refused = await at.run(['migrate']);
      assert.equal(refused.exit, 1);
      assert.match(
        refused.said,
        /error\[manifest\]: m\/migrations\.lock is in conflict.*Nothing was run.*taskflow-db renumber/,
      );
      const before = migrationsOf(at);
      assert.equal((await at.run(['create', 'x'])).exit, 1);
      assert.deepEqual(migrationsOf(at), before);
      await mended(at, merge);
      checkedByHand(at);
    }));

  test('a merge that kept the lines of both is seen, and mended the same way', () =>
    inConflict(async (at, merge) => {
      const kept = read(at)
        .split('\n')
        .filter((line) => !/^[<=>]{7}/.test(line));
      writeFileSync(join(at.folder, LOCK), kept.join('\r\n'));
      merge.git('add', '-A', 'm');
      merge.git('commit', '-qm', 'both');
      const status = await at.run(['status', '--check']);
      assert.equal(status.exit, 3);
      assert.match(status.said, /002_theirs\.sql does not continue the line of 003_more\.sql/);
      const created = await at.run(['create', 'x']);
      assert.equal(created.exit, 1);
      assert.match(created.said, /cannot be gone on with.*Nothing was written.*taskflow-db renumber/);
      await mended(at, merge);
      assert.doesNotMatch(read(at), /\r/, 'written with plain line breaks');
    }));

  test('one side alone, as some people settle a conflict, is mended as well', () =>
    inConflict(async (at, merge) => {
      merge.git('checkout', '--theirs', LOCK);
      await mended(at, merge);
    }));

  test('a file that is mine and applied here is rolled back before it can move', () =>
    inConflict(async (at, { git }) => {
      at.remove('m/002_theirs.sql');
      await at.database.sql("DELETE FROM schema_migrations WHERE version = '002_theirs'");
      git('checkout', '--ours', LOCK);
      assert.equal((await at.run(['migrate', '--quiet'])).exit, 0);
      at.write(tables('002_theirs'));
      const stuck = await at.run(['renumber']);
      assert.equal(stuck.exit, 1);
      assert.match(
        stuck.said,
        /002_mine keeps its number: it is applied to d\w+.*002_theirs, which has the same number, is on main/,
      );
      assert.equal((await at.run(['rollback', '--steps', '2', '--yes'])).exit, 0);
      assert.equal((await at.run(['renumber'])).exit, 0);
      assert.deepEqual(migrationsOf(at), ['001_base.sql', '002_theirs.sql', '003_mine.sql', '004_more.sql']);
      assert.equal((await at.run(['migrate', '--quiet'])).exit, 0);
      assert.equal((await at.run(['status', '--check'])).exit, 0);
    }));
});
