/** The manifest: every command that writes a migration keeps it, and those that go by migrations check it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, type Finished, withCli } from '../support/cli.ts';
import { migrationsOf, table, tables } from './renumber-bed.ts';

const LOCK = 'm/migrations.lock';
const read = (at: DatabaseWorkplace) => readFileSync(join(at.folder, LOCK), 'utf8');
const recorded = (at: DatabaseWorkplace) =>
  read(at)
    .split('\n')
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(' ')[0]!);

function succeeded(run: Finished): Finished {
  assert.equal(run.exit, 0, run.output);
  return run;
}

interface Faults {
  readonly manifests: readonly { readonly faults: readonly { readonly kind: string; readonly version: string }[] }[];
}

/** What `status` finds, which exits with 3 then. */
async function faultsOf(at: DatabaseWorkplace): Promise<string[]> {
  const run = await at.run(['status', '--json', '--check']);
  const found = run.json<Faults & Record<string, unknown>>().manifests.flatMap(({ faults }) => faults);
  if (found.length > 0) assert.equal(run.exit, 3);
  return found.map(({ kind, version }) => `${kind} ${version}`);
}

async function withManifest(body: (at: DatabaseWorkplace) => Promise<void>): Promise<void> {
  await withCli(18, tables('001_a', '002_b'), async (at) => {
    succeeded(await at.run(['migrate', '--quiet']));
    succeeded(await at.run(['renumber', '--lock']));
    await body(at);
  });
}

describe('the manifest', { concurrency: 2 }, () => {
  test('create, lint --fix and diff --to-migration keep it, and leave other lines as they are', () =>
    withManifest(async (at) => {
      const scratch = ['--scratch', at.database.server.url('postgres')];
      await at.database.sql('CREATE VIEW by_hand AS SELECT 1 AS one');
      succeeded(await at.run(['diff', '--to-migration', 'by hand', ...scratch]));
      assert.deepEqual(await faultsOf(at), []);
      succeeded(await at.run(['create', 'c']));
      assert.deepEqual(recorded(at), migrationsOf(at));
      at.write({
        'm/004_c.sql': `SET lock_timeout = '1s';\nALTER TABLE b ADD CONSTRAINT positive CHECK (id > 0);\n-- ROLLBACK:\n-- ALTER TABLE b DROP CONSTRAINT positive;\n`,
      });
      const base = read(at).split('\n').slice(0, 6);
      const fixed = await at.run(['lint', '--fix', 'm/004_c.sql']);
      assert(migrationsOf(at).length > 4, `a fix in several files:\n${fixed.output}`);
      assert.deepEqual(recorded(at), migrationsOf(at));
      assert.deepEqual(await faultsOf(at), [], 'the file that was fixed, too');
      assert.deepEqual(read(at).split('\n').slice(0, 6), base);
    }));

  test('status, verify and migrate see what does not agree', () =>
    withManifest(async (at) => {
      at.write({ ...table('002_b', '', '-- edited'), ...tables('003_c') });
      at.remove('m/001_a.sql');
      assert.deepEqual(await faultsOf(at), ['gone 001_a', 'changed 002_b', 'unrecorded 003_c']);
      for (const args of [['plan'], ['migrate', '--dry-run']]) {
        assert.match((await at.run(args)).said, /Warning: m\/migrations\.lock: 001_a\.sql has a line, and no file/);
      }
      const migrated = succeeded(await at.run(['migrate']));
      assert.match(
        migrated.said,
        /Warning: m\/migrations\.lock: 001_a\.sql has a line, and no file;.*taskflow-db renumber/,
      );
      const strict = await at.run(['migrate', '--strict']);
      assert.equal(strict.exit, 1);
      at.write(tables('001_a', '002_b'));
      const verify = ['verify', '--json', '--scratch', at.database.server.url('postgres')];
      const checked = await at.run(verify);
      assert.equal(checked.exit, 3);
      const { checks } = checked.json<{ checks: { name: string; version: string; ok: boolean; file: string }[] }>();
      assert.deepEqual(
        checks.filter(({ name }) => name === 'manifest').map(({ version, ok, file }) => [version, ok, file]),
        [['003_c', false, LOCK]],
      );
      succeeded(await at.run(['renumber']));
      const proven = succeeded(await at.run(verify)).json<{ checks: { name: string; ok: boolean }[] }>();
      assert.deepEqual(
        proven.checks.filter(({ name }) => name === 'manifest').map(({ ok }) => ok),
        [true],
      );
    }));

  test('a body that is not what was applied is not recorded by the way', () =>
    withManifest(async (at) => {
      const before = read(at);
      at.write({ 'm/002_b.sql': 'CREATE TABLE b (id bigint);\n-- ROLLBACK:\n-- DROP TABLE b;\n' });
      const run = succeeded(await at.run(['renumber']));
      assert.match(run.said, /002_b\.sql was changed since it was recorded, and is not what was applied: restore it/);
      assert.equal(read(at), before);
      succeeded(await at.run(['repair', '--accept', '2', '--reason', 'test']));
      succeeded(await at.run(['renumber']));
      assert.deepEqual(await faultsOf(at), []);
    }));

  test('whatever lies in its place is told apart, and nothing is written over it', () =>
    withManifest(async (at) => {
      const good = read(at);
      const bad: [string, Buffer | string, RegExp][] = [
        ['UTF-16', Buffer.from(`\uFEFF${good}`, 'utf16le'), /is UTF-16/],
        ['Latin-1', Buffer.from('# caf\xe9\n', 'latin1'), /is not UTF-8/],
        ['half a line', good.slice(0, -40), /cannot be read/],
      ];
      for (const [what, content, said] of bad) {
        at.write({ [LOCK]: content });
        for (const args of [['create', 'x'], ['renumber'], ['migrate'], ['migrate', '--dry-run'], ['plan']]) {
          const run = await at.run(args);
          assert.equal(run.exit, 1, `${what}: ${run.output}`);
          assert.match(run.said, said);
        }
        assert.deepEqual(await faultsOf(at), ['unreadable null']);
        assert.deepEqual(migrationsOf(at), ['001_a.sql', '002_b.sql']);
        succeeded(await at.run(['renumber', '--lock']));
        assert.deepEqual(await faultsOf(at), []);
      }
      at.write({ [LOCK]: `\uFEFF${good.replaceAll('\n', '\r\n').trimEnd()}` });
      assert.deepEqual(await faultsOf(at), [], 'as an editor on Windows leaves it');
      succeeded(await at.run(['renumber']));
      assert.equal(read(at), good, 'what is written has neither');
      truncateSync(join(at.folder, LOCK), 17 * 1024 * 1024);
      assert.match((await at.run(['status', '--check'])).said, /cannot be read.*17 MiB.*at most 16 MiB/);
      at.remove(LOCK);
      symlinkSync('/etc/hostname', join(at.folder, LOCK));
      assert.match((await at.run(['create', 'x'])).said, /it is a symbolic link/);
      at.remove(LOCK);
      succeeded(await at.run(['create', 'x']));
      assert(!existsSync(join(at.folder, LOCK)), 'who deletes it has none any more');
    }));
});
