import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tablesCommand } from '../../src/backup/restore-steps.ts';
import type { BackupAnswer, BackupsAnswer } from '../../src/web/answers/backups.ts';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { type SignedIn, signIn, withConsole } from '../support/console.ts';
import { documented } from '../support/console-answers.ts';
import { engines } from '../support/servers.ts';

const newest = engines.at(-1)!;

const FILES: Files = {
  'taskflow-db.config.json': JSON.stringify({ keep: { last: 1 } }),
  'm/001_people.sql': `CREATE TABLE people (id integer PRIMARY KEY, name text, mail text);
INSERT INTO people SELECT i, 'a', 'b' FROM generate_series(1, 500) AS i;
CREATE TABLE "Odd name" (id int);
INSERT INTO "Odd name" VALUES (1), (2);
-- ROLLBACK:
-- DROP TABLE people, "Odd name";
`,
  'm/002_drop.sql': 'ALTER TABLE people DROP COLUMN mail;\n-- ROLLBACK:\n-- ALTER TABLE people ADD COLUMN mail text;\n',
  'm/003_delete.sql': 'DELETE FROM "Odd name" WHERE id = 1;\n-- ROLLBACK:\n-- SELECT 1;\n',
};

interface Bed {
  readonly at: DatabaseWorkplace;
  readonly one: SignedIn;
  list(): Promise<BackupsAnswer>;
  view(id: string): Promise<BackupAnswer>;
}

async function withBackups(body: (bed: Bed) => Promise<void>): Promise<void> {
  await withCli(newest, FILES, async (at) => {
    const done = async (...args: string[]) => {
      const { exit, output } = await at.run(args);
      assert.equal(exit, 0, output);
    };
    await done('migrate', '--to', '001');
    await done('backup', '--method', 'copy');
    await done('migrate', '--yes', '--to', '002');
    await done('migrate', '--yes', '--backup-to', 'file');
    await withConsole(at, [], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const read = async <Answer>(name: string, path: string): Promise<Answer> => {
        const answer = await one.get(`/api/targets/${at.database.name}/${path}`);
        assert.equal(answer.status, 200, answer.text);
        documented(name, answer.json());
        return answer.json() as Answer;
      };
      await body({
        at,
        one,
        list: () => read('readBackups', 'backups'),
        view: (id) => read('readBackup', `backups/${id}`),
      });
    });
  });
}

/** As a shell takes it apart. */
function wordsOf(command: string): string[] {
  const words = execFileSync('sh', ['-c', `for word in ${command}; do printf '%s\\0' "$word"; done`], {
    encoding: 'utf8',
  });
  return words.split('\0').slice(1, -1);
}

test('backups, what is kept in the database, and what the rules make of them', () =>
  withBackups(async ({ at, list, view, one }) => {
    const { backups, stores, retention } = await list();
    assert.deepEqual(
      backups.map(({ kind, state, record, needed, version }) => [kind, state, record, needed, version]),
      [
        ['scoped', 'ok', 'agrees', true, '003_delete'],
        ['full', 'ok', 'agrees', false, null],
      ],
    );
    assert.deepEqual(
      stores.map(({ version, state, rows }) => [version, state, rows]),
      [['002_drop', 'needed', 500]],
    );
    assert.deepEqual([retention.last, retention.remove], [1, []]);
    assert.equal(
      (await one.get(`/api/targets/${at.database.name}/backups/20261123T112233Z-full-00000000`)).status,
      404,
    );
    assert.equal((await one.get(`/api/targets/${at.database.name}/backups/..%2F..%2Fetc`)).status, 404);

    const scoped = await view(backups[0]!.id);
    assert.deepEqual(
      scoped.made?.kept.map(({ of, rows }) => [of, rows]),
      [['public."Odd name"', 1]],
    );
    assert.deepEqual(
      scoped.steps.map(({ command }) => command),
      ['taskflow-db rollback --version 003_delete', `taskflow-db restore ${backups[0]!.id}`],
    );
    assert.match(backups[1]?.manifestSha256 ?? '', /^[0-9a-f]{64}$/);
  }));

test('the commands do what the page says: proven, restored beside, single tables restored', () =>
  withBackups(async ({ at, list, view }) => {
    const full = (await list()).backups.find(({ kind }) => kind === 'full')!;
    const before = await view(full.id);
    assert.equal(before.verified, null);
    assert.deepEqual(before.made?.tables[0], { name: 'public.people', rows: 500 });
    const [prove, beside] = before.steps.map(({ command }) => wordsOf(command ?? ''));
    const proven = await at.run([...prove!, '--scratch', at.database.url]);
    assert.equal(proven.exit, 0, proven.output);
    const after = await view(full.id);
    assert.deepEqual([after.verified?.ok, after.checks.map(({ ok }) => ok)], [true, [true, true, true, true]]);

    const restored = await at.run([...beside!, '--json']);
    assert.equal(restored.exit, 0, restored.output);
    const { database } = restored.json<{ database: string }>();
    assert.match(database, new RegExp(`^${at.database.name}_restored_`));
    const { rows } = await at.database.server.sql(database, 'SELECT count(*), count(mail) FROM people');
    assert.deepEqual(rows, [['500', '500']]);
    await at.database.server.sql('postgres', `DROP DATABASE "${database}"`);

    await at.database.sql('DROP TABLE "Odd name"');
    const tables = wordsOf(tablesCommand(full.id, ['public."Odd name"'], { environment: null }));
    const back = await at.run(tables);
    assert.equal(back.exit, 0, back.output);
    assert.deepEqual(await at.database.sql('SELECT count(*) FROM "Odd name"'), [['2']]);
  }));

test('what the rules would let go is named, with why; what is damaged has no command', () =>
  withBackups(async ({ at, list, view }) => {
    at.write({ 'no-rules.json': '{}' });
    const second = await at.run(['backup', '--method', 'copy', '--config', 'no-rules.json']);
    assert.equal(second.exit, 0, second.output);
    const { backups, retention } = await list();
    const [newer, older] = backups.filter(({ kind }) => kind === 'full');
    assert.deepEqual(
      retention.remove.map(({ name, why }) => [name, why]),
      [[older!.id, 'there are 1 newer full ones']],
    );
    const folder = join(at.folder, '.taskflow/backups', at.database.name, newer!.id);
    const [data] = readdirSync(join(folder, 'data'));
    rmSync(join(folder, 'data', data!));
    const damaged = await view(newer!.id);
    assert.deepEqual([damaged.state, damaged.steps.map(({ command }) => command)], ['damaged', [null]]);
    assert.equal(damaged.record, 'agrees');
    writeFileSync(join(folder, 'manifest.json'), '{}');
    const foreign = (await list()).backups.find(({ id }) => id === newer!.id);
    assert.notEqual(foreign?.state, 'ok');
  }));
