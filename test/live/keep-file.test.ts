/** What a migration destroys goes into a file of its own, and comes back from it; without the file nothing is touched. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { generateIdentity } from 'age-encryption';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const BASE = `
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "odd"');
CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, feels mood, data jsonb, raw bytea, x float8,
  lasts interval, at timestamptz);
INSERT INTO people (name, feels, data, raw, x, lasts, at) SELECT E'tab\\t\\\\N ' || i, 'it''s "odd"', '{"a": "\\\\"}', '\\x00ff5c0a',
  i / 7.0, interval '-1 mon 3 days -00:00:01.5', '2026-02-03 04:05:06.789+03' FROM generate_series(1, 300) AS i;
UPDATE people SET name = NULL, data = NULL, x = 'NaN' WHERE id % 10 = 0;
CREATE TABLE orders (id serial PRIMARY KEY, person bigint REFERENCES people ON DELETE CASCADE, price numeric(12,4), note varchar(40));
INSERT INTO orders (person, price, note) SELECT 1 + i % 300, i / 7.0, 'order ' || i FROM generate_series(1, 400) AS i;
CREATE TABLE notes (about text, body text);
INSERT INTO notes SELECT 'a' || i % 5, 'b' || i % 3 FROM generate_series(1, 100) AS i;
CREATE TABLE gone (id serial PRIMARY KEY, v text COLLATE "C");
INSERT INTO gone (v) SELECT 'v' || i FROM generate_series(1, 50) AS i;
-- IRREVERSIBLE: the base`;

const DESTROY = `ALTER TABLE people DROP COLUMN raw, DROP COLUMN lasts;
DELETE FROM people WHERE id < 20;
UPDATE people SET x = 0, name = 'all' WHERE id BETWEEN 50 AND 60;
ALTER TABLE orders ALTER COLUMN price TYPE int USING price::int;
ALTER TABLE notes DROP COLUMN body;
DROP TABLE gone;
DROP TYPE mood CASCADE;
-- ROLLBACK:
-- CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "odd"');
-- ALTER TABLE people ADD COLUMN feels mood;
-- CREATE TABLE gone (id serial PRIMARY KEY, v text COLLATE "C");
-- ALTER TABLE notes ADD COLUMN body text;
-- ALTER TABLE orders ALTER COLUMN price TYPE numeric(12,4);
-- ALTER TABLE people ADD COLUMN raw bytea, ADD COLUMN lasts interval;
`;

const ENV = { TASKFLOW_BACKUP_TO: 'file', TASKFLOW_BACKUP_RESERVE: '0' };
const DROP = {
  'm/002_drop.sql': 'ALTER TABLE notes DROP COLUMN body;\n-- ROLLBACK:\n-- ALTER TABLE notes ADD COLUMN body text;\n',
};

async function dataOf({ database }: DatabaseWorkplace): Promise<string> {
  const found: string[] = [];
  for (const table of ['people', 'orders', 'notes', 'gone'])
    found.push(
      ...(await database.sql(`SELECT to_jsonb(t)::text FROM ${table} AS t ORDER BY 1`)).map(([row]) => row ?? ''),
    );
  found.push(...(await database.sql('SELECT last_value FROM gone_id_seq')).map(([row]) => row ?? ''));
  return found.join('\n');
}

async function storesOf({ database }: DatabaseWorkplace): Promise<string[]> {
  const rows = await database.sql(
    `SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('taskflow_backup') AND relkind = 'r' ORDER BY 1`,
  );
  return rows.map(([name]) => name ?? '');
}

function foldersOf({ folder, database }: DatabaseWorkplace): string[] {
  const path = join(folder, '.taskflow/backups', database.name);
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name));
}

const withBase = (major: 14 | 18, use: (at: DatabaseWorkplace) => Promise<void>, env: Record<string, string> = {}) =>
  withCli(
    major,
    { 'm/001_base.sql': BASE },
    async (at) => {
      await ok(at, ['migrate']);
      await use(at);
    },
    { ...ENV, ...env },
  );

async function ok(at: DatabaseWorkplace, args: readonly string[], env: Record<string, string> = {}) {
  const end = await at.run(args, { env });
  assert.equal(end.exit, 0, end.output);
  return end;
}

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 4 }, () => {
    test('all kinds of data go into one file of their owner alone, and come back as they were', () =>
      withBase(major, async (at) => {
        const before = await dataOf(at);
        at.write({ 'm/002_destroy.sql': DESTROY });
        const destroyed = await ok(at, ['migrate']);
        assert.match(
          destroyed.said,
          /What 002_destroy destroyed is in the file backup \d{8}T\d{6}Z-scoped-[0-9a-f]{8}/,
        );
        assert.deepEqual(await storesOf(at), [], 'nothing of it is left in the schema');
        const [folder, ...others] = foldersOf(at);
        assert.deepEqual(others, []);
        for (const name of ['manifest.json', ...readdirSync(join(folder!, 'data')).map((one) => `data/${one}`)])
          assert.equal(statSync(join(folder!, name)).mode & 0o777, 0o600, name);
        const { backups } = (await ok(at, ['backup', 'list', '--json'])).json<{ backups: Record<string, unknown>[] }>();
        assert.deepEqual(
          backups.map(({ kind, state, version, needed }) => ({ kind, state, version, needed })),
          [{ kind: 'scoped', state: 'ok', version: '002_destroy', needed: true }],
        );
        const { id } = backups[0] as { id: string };
        const shown = (await ok(at, ['rollback', '--dry-run', '--json'])).json<{
          returns: Record<string, unknown>[];
        }>();
        assert(shown.returns.length >= 7 && shown.returns.every(({ file, cannot }) => file === id && cannot === null));
        const verified = await ok(at, ['backup', 'verify', id, '--scratch', at.database.server.url('postgres')]);
        assert.match(verified.stdout, /files +ok .*\n +restore +ok .*\n +catalog +- .*\n +rows +ok /);
        const back = await ok(at, ['rollback', '--yes']);
        assert.doesNotMatch(back.said, /not put back/);
        assert.equal(await dataOf(at), before, back.output);
        const pruned = await ok(at, ['backup', 'prune', '--keep-days', '0', '--yes']);
        assert.match(pruned.stdout, /remove .*-scoped-/, 'nothing needs it any more');
      }));

    test('what a rollback may need is not pruned, unless that is said', () =>
      withBase(major, async (at) => {
        at.write(DROP);
        await ok(at, ['migrate']);
        const stays = await ok(at, ['backup', 'prune', '--keep-days', '0', '--yes']);
        assert.match(
          stays.stdout,
          /Nothing to remove; 1 backup stays\.\n\S+ of \S+\s+stays: a\s+rollback\s+would\s+put\s+it\s+back\s+\(--kept-data\)/,
        );
        assert.equal(foldersOf(at).length, 1);
        await ok(at, ['backup', 'prune', '--keep-days', '0', '--kept-data', '--yes']);
        assert.equal(foldersOf(at).length, 0);
      }));

    test('a file that is not there, or not as it was, is refused before anything is touched', () =>
      withBase(major, async (at) => {
        at.write(DROP);
        await ok(at, ['migrate']);
        const [folder] = foldersOf(at);
        const refused = async (code: string, found: RegExp) => {
          const end = await at.run(['rollback', '--yes']);
          assert.equal(end.exit, 1, end.output);
          assert.match(end.said, new RegExp(`error\\[${code}\\]`));
          assert.match(end.said, found);
          assert.match(end.said, /taskflow-db rollback --no-data/);
          const columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'notes'::regclass AND attname = 'body'";
          assert.deepEqual(await at.database.sql(columns), [['0']]);
        };
        const data = join(folder!, 'data', readdirSync(join(folder!, 'data'))[0]!);
        const whole = readFileSync(data);
        const turned = Buffer.from(whole);
        turned[whole.length - 9]! ^= 1;
        writeFileSync(data, turned);
        await refused('backup-damaged', /data\/1\.copy.* is changed/);
        writeFileSync(data, whole);
        const manifest = readFileSync(join(folder!, 'manifest.json'), 'utf8');
        writeFileSync(join(folder!, 'manifest.json'), manifest.replace('"rows": 100', '"rows": 10'));
        await refused('backup-damaged', /not the one that the audit trail knows/);
        writeFileSync(join(folder!, 'manifest.json'), manifest);
        renameSync(folder!, join(at.folder, 'away'));
        await refused('backup-unknown', /There is no backup of ours in that folder/);
        const plan = await ok(at, ['rollback', '--dry-run']);
        assert.match(plan.said, /cannot put back 100 values of public\.notes\.body: the file backup .* is not there/);
        await ok(at, ['rollback', '--yes', '--no-data']);
        assert.deepEqual(await at.database.sql('SELECT count(body), count(*) FROM notes'), [['0', '100']]);
      }));

    test('encrypted, with another key it is refused, with its own it comes back; also when the folder has moved', async () => {
      const [mine, other] = [await generateIdentity(), await generateIdentity()];
      await withBase(major, async (at) => {
        at.write({ 'mine.key': mine, 'other.key': other, ...DROP });
        for (const key of ['mine.key', 'other.key']) (await import('node:fs')).chmodSync(join(at.folder, key), 0o600);
        const key = (name: string) => ({ TASKFLOW_BACKUP_KEY_FILE: join(at.folder, name) });
        await ok(at, ['migrate'], key('mine.key'));
        const [folder] = foldersOf(at);
        assert.match(readdirSync(join(folder!, 'data')).join(), /\.age$/);
        const refused = await at.run(['rollback', '--yes'], { env: key('other.key') });
        assert.match(refused.said, /error\[backup-key\].*Nothing was run.*--no-data/);
        assert.match((await at.run(['rollback', '--yes'])).said, /error\[backup-key\]/);
        renameSync(join(at.folder, '.taskflow/backups'), join(at.folder, 'elsewhere'));
        const moved = { ...key('mine.key'), TASKFLOW_BACKUP_FOLDER: join(at.folder, 'elsewhere') };
        await ok(at, ['rollback', '--yes'], moved);
        assert.deepEqual(await at.database.sql('SELECT count(body) FROM notes'), [['100']]);
      });
    });

    test('without room on the disk nothing is destroyed; an unwritable folder leaves it in the schema', () =>
      withBase(major, async (at) => {
        at.write(DROP);
        const refused = await at.run(['migrate'], { env: { TASKFLOW_BACKUP_RESERVE: '900TB' } });
        assert.equal(refused.exit, 1, refused.output);
        assert.match(refused.said, /error\[backup-failed\]: .*there is no room for a file of kept data/);
        assert.deepEqual(await at.database.sql('SELECT count(body) FROM notes'), [['100']]);
        at.write({ 'no-folder': '' });
        const stays = await ok(at, ['migrate'], { TASKFLOW_BACKUP_FOLDER: join(at.folder, 'no-folder/x') });
        assert.match(stays.said, /stays in the schema taskflow_backup .*nothing can be written to/);
        assert.deepEqual(await storesOf(at), ['002_drop.1']);
        const list = await ok(at, ['backup', 'list']);
        assert.match(
          list.stdout.replaceAll(/\s+/g, ' '),
          /To be in files.*: 002_drop\.1\. They are moved by: taskflow-db migrate --backup-to file/,
        );
        assert.match(
          (await at.run(['doctor'])).stdout.replaceAll(/\s+/g, ' '),
          /1 table \(.*\) of kept data not in files yet/,
        );
        // Nothing is pending: it is moved all the same.
        const next = await ok(at, ['migrate', '--backup-to', 'file']);
        assert.match(
          next.said,
          /What 002_drop destroyed is in the file backup .*an earlier run had left it in the schema/,
        );
        assert.deepEqual(await storesOf(at), []);
        assert.doesNotMatch((await ok(at, ['backup', 'list'])).stdout, /To be in files/);
        await ok(at, ['rollback', '--yes']);
        assert.deepEqual(await at.database.sql('SELECT count(body) FROM notes'), [['100']]);
      }));

    test('what a rollback itself destroys is told from what one puts back, is pruned by the rules, and can be looked at', () =>
      withBase(major, async (at) => {
        at.write({
          'm/002_later.sql':
            'CREATE TABLE later (id int PRIMARY KEY, v text);\nALTER TABLE notes DROP COLUMN body;\n-- ROLLBACK:\n-- ALTER TABLE notes ADD COLUMN body text;\n-- DROP TABLE later;\n',
        });
        await ok(at, ['migrate']);
        await at.database.sql("INSERT INTO later VALUES (1, 'one'), (2, NULL)");
        const { runId } = (await ok(at, ['rollback', '--yes', '--no-data', '--json'])).json<{ runId: string }>();
        const { backups } = (await ok(at, ['backup', 'list', '--json'])).json<{ backups: Record<string, unknown>[] }>();
        assert.deepEqual(
          backups.map(({ version, direction, needed, runId: by }) => [version, direction, needed, by === runId]),
          [
            ['002_later', 'rollback', false, true],
            ['002_later', 'apply', false, false],
          ],
          'no rollback puts back what one was told to leave out',
        );
        assert.match((await ok(at, ['backup', 'list'])).stdout, /scoped-.* rollback of/);
        const [{ id }] = backups as [{ id: string }];
        const into = `${at.database.name}_look`;
        const restored = await ok(at, ['restore', id, '--into', into]);
        assert.match(restored.stdout.replaceAll(/\s+/g, ' '), /what the rollback of 002_later destroyed in/);
        const found = 'SELECT id, v FROM taskflow_backup."002_later.2" ORDER BY 1';
        assert.deepEqual((await at.database.server.sql(into, found)).rows, [
          ['1', 'one'],
          ['2', null],
        ]);
        const again = await at.run(['restore', id, '--into', into, '--yes', '--i-know', into]);
        assert.match(again.said, /restore-refused.*the rollback of 002_later destroyed, not a whole database/);
        await at.database.server.sql('postgres', `DROP DATABASE "${into}"`);
        await ok(at, ['backup', 'prune', '--keep-days', '0', '--yes']);
        assert.deepEqual(foldersOf(at), []);
      }));

    test('--backup-to schema keeps it in the database, whatever the setting says', () =>
      withBase(major, async (at) => {
        at.write(DROP);
        await ok(at, ['migrate', '--backup-to', 'schema']);
        assert.deepEqual(await storesOf(at), ['002_drop.1']);
        await ok(at, ['rollback', '--yes']);
        assert.deepEqual(await at.database.sql('SELECT count(body) FROM notes'), [['100']]);
      }));
  });
