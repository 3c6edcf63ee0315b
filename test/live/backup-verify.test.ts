import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { server } from '../support/servers.ts';
import { ok, restoredOf, takeBackup, withSource } from './restore-bed.ts';

interface Listed {
  readonly backups: readonly {
    id: string;
    state: string;
    encrypted: boolean;
    verified: null | { ok: boolean; server: string | null };
  }[];
}

for (const engine of [14, 18] as const) {
  test(`verify restores a backup of ${engine} on a scratch server and compares schema and rows`, () =>
    withSource(engine, async (at) => {
      const { path } = await takeBackup(at);
      const list = async () => (await ok(at.run(['backup', 'list', '--json']))).json<Listed>().backups[0];
      assert.equal((await list())?.verified, null);
      const scratch = at.database.server.url('postgres');
      const end = await ok(at.run(['backup', 'verify', '--scratch', scratch]));
      assert.match(
        end.stdout,
        /files +ok .*\n +restore +ok .*\n +catalog +ok +the schema is the same\n +rows +ok +\d+ rows/,
      );
      assert.equal((await list())?.verified?.ok, true);
      assert.equal(statSync(join(path, 'verified.json')).mode & 0o777, 0o600);
      await ok(at.run(['restore', '--into', `${at.database.name}_x`]));
      const file = join(path, 'manifest.json');
      const value = JSON.parse(readFileSync(file, 'utf8'));
      value.tables.find((one: { name: string }) => one.name === 'users').rows = 501;
      value.catalog.fingerprint = 'f'.repeat(64);
      writeFileSync(file, JSON.stringify(value));
      const differs = await at.run(['backup', 'verify', '--json', '--scratch', scratch]);
      assert.equal(differs.exit, 3);
      const { checks } = differs.json<{ checks: { name: string; ok: boolean; detail: string }[] }>();
      assert.deepEqual(
        checks.map(({ name, ok }) => [name, ok]),
        [
          ['files', true],
          ['restore', true],
          ['catalog', false],
          ['rows', false],
        ],
      );
      assert.match(checks[3]?.detail ?? '', /public\.users: 500 rows, and 501 in the backup/);
      assert.equal((await list())?.verified?.ok, false);
      const refused = await at.run(['restore']);
      assert.equal(refused.exit, 1);
      assert.match(
        refused.said,
        /restore-failed.*public\.users: 500 rows, and 501.*No database was made; what was loaded is dropped/,
      );
      assert.equal((await restoredOf(at)).length, 1);
    }));
}

test('an older scratch server is refused, with the version that is needed', () =>
  withSource(18, async (at) => {
    await takeBackup(at);
    const old = await at.run(['backup', 'verify', '--scratch', (await server(14)).url('postgres')]);
    assert.equal(old.exit, 1);
    assert.match(old.said, /scratch-unavailable.*of PostgreSQL 18, which an older server cannot load/);
  }));
