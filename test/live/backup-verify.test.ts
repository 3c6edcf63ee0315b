import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { onServers } from '../support/on-servers.ts';
import { server, type TestServer } from '../support/servers.ts';
import { ok, restoredOf, takeBackup, withSource } from './restore-bed.ts';

interface Listed {
  readonly backups: readonly {
    id: string;
    state: string;
    encrypted: boolean;
    verified: null | { ok: boolean; server: string | null };
  }[];
}

for (const engine of onServers(import.meta.url, 14, 18)) {
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

const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

test('where the schema is another, the objects are shown; on a newer server they are compared by name', () =>
  withSource(14, async (at) => {
    const { path, manifest } = await takeBackup(at);
    const scratch = (database: TestServer) => ['--scratch', database.url('postgres')];
    const newer = await ok(at.run(['backup', 'verify', ...scratch(await server(18))]));
    assert.match(
      flat(newer.stdout),
      /catalog - \d+ objects by the same names; how PostgreSQL 14 and 18 define them is not compared/,
    );
    assert.match(
      flat(newer.stdout),
      /loaded, but not everything could be compared; a server of PostgreSQL 14 can: --scratch URL/,
    );
    const file = join(path, 'catalog.json.gz');
    const changed = gzipSync(gunzipSync(readFileSync(file)).toString('utf8').replaceAll('users_mail', 'users_mails'));
    writeFileSync(file, changed);
    const listed = manifest.files.find((one) => one.path === 'catalog.json.gz');
    const sha256 = createHash('sha256').update(changed).digest('hex');
    const files = manifest.files.map((one) => (one === listed ? { ...one, bytes: changed.length, sha256 } : one));
    const catalog = { ...manifest.catalog, fingerprint: 'f'.repeat(64) };
    writeFileSync(join(path, 'manifest.json'), JSON.stringify({ ...manifest, files, catalog }));
    for (const engine of onServers(import.meta.url, 14, 18)) {
      const on = engine === 14 ? at.database.server : await server(18);
      const end = await at.run(['backup', 'verify', ...scratch(on)]);
      assert.equal(end.exit, 3);
      assert.match(end.stdout, /\n {2}public\.users\n {4}\+ index users_mail\n(?: {5}.*\n)* {4}- index users_mails/);
      assert.match(flat(end.stdout), /catalog failed the schema is another .*index (?:public\.)?users_mail too much/);
    }
    const json = (await at.run(['backup', 'verify', '--json', ...scratch(at.database.server)])).json<{
      changes: unknown[];
    }>();
    assert.equal(json.changes.length, 2);
  }));

test('of a part of the database the schema is not compared, and it is not the newest whole one', () =>
  withSource(14, async (at) => {
    const whole = await takeBackup(at);
    const part = await takeBackup(at, '--', '--exclude-table-data="Or""ders"');
    assert.deepEqual(part.manifest.leavingOut, ['--exclude-table-data="Or""ders"']);
    const proof = await ok(
      at.run(['backup', 'verify', part.manifest.id, '--scratch', at.database.server.url('postgres')]),
    );
    assert.match(flat(proof.stdout), /catalog - not compared: the backup is of a part, by --exclude-table-data=/);
    const end = await ok(at.run(['restore', part.manifest.id, '--into', `${at.database.name}_x`]));
    assert.match(
      end.said,
      /Warning: Not in the backup: what the option --exclude-table-data=\S+ of pg_dump leaves out/,
    );
    const pruned = await ok(at.run(['backup', 'prune', '--keep-last', '1', '--yes']));
    assert.match(
      flat(pruned.stdout),
      new RegExp(`${whole.manifest.id} of \\S+ stays: the newest of the whole database`),
    );
  }));

test('an older scratch server is refused, with the version that is needed', () =>
  withSource(18, async (at) => {
    await takeBackup(at);
    const old = await at.run(['backup', 'verify', '--scratch', (await server(14)).url('postgres')]);
    assert.equal(old.exit, 1);
    assert.match(old.said, /scratch-unavailable.*of PostgreSQL 18, which an older server cannot load/);
  }));
