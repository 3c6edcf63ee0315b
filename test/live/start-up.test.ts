/** What a command reads of the program, told by the compiled code that it leaves in the cache: one file for each pack. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Files, type Workplace, withCli } from '../support/cli.ts';

const FILES: Files = { 'm/001_a.sql': 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n' };

/** The packs that a command reads at its first start, without the hashes in their names. */
async function packsReadBy(at: Workplace, args: readonly string[], cache: string): Promise<string[]> {
  const { exit, output } = await at.run(args, { env: { XDG_CACHE_HOME: join(at.folder, cache) } });
  assert.equal(exit, 0, output);
  const [build] = readdirSync(join(at.folder, cache, 'taskflow-db/code'));
  return readdirSync(join(at.folder, cache, 'taskflow-db/code', build!))
    .map((name) => name.replace(/^[a-z]+-/, '').replace(/(-[0-9a-f]{8})?-\d+-\d+$/, ''))
    .sort();
}

test('a command reads the parts of the program that it uses, and no more than those', () =>
  withCli(18, FILES, async (at) => {
    assert.deepEqual(await packsReadBy(at, ['version'], 'a'), ['cli', 'version']);
    assert.deepEqual(await packsReadBy(at, ['status', '--help'], 'b'), ['cli']);
    assert.deepEqual(await packsReadBy(at, ['migrate'], 'c'), ['apply', 'cli', 'engine', 'migrate']);
    assert.deepEqual(await packsReadBy(at, ['migrate'], 'd'), ['cli', 'engine', 'migrate']);
    assert.deepEqual(await packsReadBy(at, ['status'], 'e'), ['cli', 'engine']);
  }));
