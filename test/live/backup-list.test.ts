import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { onServers } from '../support/on-servers.ts';
import { contentOf, ok, restoredOf, takeBackup, withSource } from './restore-bed.ts';

for (const engine of onServers(import.meta.url, 14, 18)) {
  test(`an encrypted backup is restored with its key, and with no other (${engine})`, () =>
    withSource(engine, async (at) => {
      const { server, name } = at.database;
      const before = await contentOf(server, name);
      const key = (text: string) => {
        at.write({ 'backup.key': text, 'taskflow-db.config.json': '{ "backupKeyFile": "backup.key" }' });
        chmodSync(join(at.folder, 'backup.key'), 0o600);
      };
      key('open sesame\n');
      const { path } = await takeBackup(at);
      assert.deepEqual(
        readdirSync(path).filter((file) => !/\.age$|^data$|^manifest\.json$/.test(file)),
        [],
      );
      key('open says me\n');
      const wrong = await at.run(['restore']);
      assert.match(wrong.said, /error\[backup-key\].*does not open this backup/);
      at.write({ 'taskflow-db.config.json': '{}' });
      assert.match((await at.run(['restore'])).said, /error\[backup-key\].*encrypted, and there is no key/);
      assert.deepEqual(await restoredOf(at), []);
      key('open sesame\n');
      await ok(at.run(['restore', '--into', `${name}_x`]));
      assert.equal(await contentOf(server, `${name}_x`), before);
      const list = await ok(at.run(['backup', 'list']));
      assert.match(list.stdout, /(pg_dump|copy), age +no/);
      await at.database.sql('TRUNCATE "Or""ders"');
      await ok(at.run(['restore', '--tables', '"Or""ders"']));
      assert.equal(await contentOf(server, name), before);
    }));
}

test('prune keeps what the rules keep, always the newest full one, and touches nothing else', () =>
  withSource(14, async (at) => {
    const first = await takeBackup(at);
    const folder = dirname(first.path);
    const aged = (path: string, id: string) => {
      const file = join(path, 'manifest.json');
      const value = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...value, id, startedAt: '2020-01-02T03:04:05.000Z' }));
      renameSync(path, join(folder, id));
    };
    aged(first.path, '20200102T030405Z-full-00000000');
    const second = await takeBackup(at);
    mkdirSync(join(folder, '20190102T030405Z-full-00000000.partial'));
    mkdirSync(join(folder, 'somebody else'));
    const none = await at.run(['backup', 'prune']);
    assert.equal(none.exit, 2);
    assert.match(none.said, /no rule which backups are kept/);
    const dry = await ok(at.run(['backup', 'prune', '--keep-days', '30', '--dry-run']));
    assert.match(dry.stdout, /remove 20200102T030405Z-full-00000000 of .*: older than 30 days\n1 backup stays/);
    assert.match(dry.stdout, /20190102T030405Z-full-00000000 of \S+ is partial: left alone/);
    const asks = await at.run(['backup', 'prune', '--keep-days', '30']);
    assert.match(asks.said, /confirmation-needed/);
    assert.equal(readdirSync(folder).length, 4);
    await ok(at.run(['backup', 'prune', '--keep-days', '30', '--yes']));
    const left = ['20190102T030405Z-full-00000000.partial', second.manifest.id, 'somebody else'].sort();
    assert.deepEqual(readdirSync(folder).sort(), left);
    await ok(at.run(['backup', 'prune', '--keep-size', '1kB', '--yes']));
    assert.deepEqual(readdirSync(folder).sort(), left);
    at.write({ 'taskflow-db.config.json': '{ "keep": { "last": 1 } }' });
    const third = await ok(at.run(['backup']));
    assert.match(
      third.said,
      new RegExp(`Removed the backup ${second.manifest.id} \\("keep"\\): there are 1 newer full ones`),
    );
    // The folder of a database that is on another disk.
    renameSync(folder, `${at.folder}/elsewhere`);
    symlinkSync(`${at.folder}/elsewhere`, folder);
    assert.match((await ok(at.run(['backup', 'list']))).stdout, /-full-.* +no$/m);
  }));

test('the only backup that was proven is not pruned, and it is said why', () =>
  withSource(14, async (at) => {
    const first = await takeBackup(at);
    await ok(at.run(['backup', 'verify', '--scratch', at.database.server.url('postgres')]));
    await takeBackup(at);
    const end = await ok(at.run(['backup', 'prune', '--keep-last', '1', '--yes']));
    assert.match(end.stdout, /Nothing to remove; 2 backups stay/);
    assert.match(
      end.stdout.replace(/\s+/g, ' '),
      new RegExp(`${first.manifest.id} of \\S+ stays: the newest that was proven by "backup verify"`),
    );
    const named = await ok(at.run(['backup', 'prune', first.manifest.id, '--dry-run']));
    assert.match(named.stdout.replace(/\s+/g, ' '), /: named, and no other one was proven by "backup verify"/);
  }));
