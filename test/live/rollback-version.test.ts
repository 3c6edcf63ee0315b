/** `rollback --version` of what is not the last: who stands on it, by header and by SQL, and `--cascade`. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const FILES: Files = {
  'm/001_users.sql': 'CREATE TABLE users (id int PRIMARY KEY, name text);\n-- ROLLBACK:\n-- DROP TABLE users;\n',
  'm/002_orders.sql':
    'CREATE TABLE orders (\n  id int PRIMARY KEY,\n  user_id int REFERENCES users\n);\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
  'm/003_tags.sql': 'CREATE TABLE tags (id int PRIMARY KEY, old text);\n-- ROLLBACK:\n-- DROP TABLE tags;\n',
  'm/004_open.sql': 'CREATE VIEW open AS SELECT id FROM orders;\n-- ROLLBACK:\n-- DROP VIEW open;\n',
  'm/005_fill.sql':
    "UPDATE tags SET id = 1 WHERE old = 'x';\n-- ROLLBACK:\n-- UPDATE tags SET id = 2 WHERE old = 'x';\n",
  'm/006_drop.sql': 'ALTER TABLE tags DROP COLUMN old;\n-- ROLLBACK:\n-- ALTER TABLE tags ADD COLUMN old text;\n',
};

async function applied(at: DatabaseWorkplace): Promise<string[]> {
  const status = await at.run(['status', '--json']);
  const { migrations } = status.json<{ migrations: { version: string; state: string }[] }>();
  return migrations.filter(({ state }) => state === 'applied').map(({ version }) => version);
}

async function migrated(at: DatabaseWorkplace): Promise<void> {
  const run = await at.run(['migrate']);
  assert.equal(run.exit, 0, run.output);
}

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, { concurrency: 3 }, () => {
    test('refused with the objects and the lines, and nothing is run', () =>
      withCli(major, FILES, async (at) => {
        await migrated(at);
        const refused = await at.run(['rollback', '--version', '001', '--yes']);
        assert.equal(refused.exit, 1, refused.output);
        assert.match(refused.said, /2 applied migrations stand on 001_users/);
        assert.match(refused.said, /002_orders uses table users \(m\/002_orders\.sql:3\)/);
        assert.match(refused.said, /004_open stands on 002_orders: uses table orders \(m\/004_open\.sql:1\)/);
        assert.match(refused.said, /taskflow-db rollback --version 001_users --cascade/);
        assert.equal((await applied(at)).length, 6);
      }));

    test('--cascade names each before it asks: what lies between them stays', () =>
      withCli(
        major,
        { ...FILES, 'm/007_view.sql': 'CREATE VIEW v AS TABLE open;\n-- ROLLBACK:\n-- DROP VIEW v;\n' },
        async (at) => {
          await migrated(at);
          const asked = await at.run(['rollback', '--version', '001', '--cascade']);
          assert.equal(asked.exit, 2, asked.output);
          assert.match(asked.said, /Roll back 001_users and 3 that stand on it \(007_view, 004_open, 002_orders\) on/);
        },
      ));

    test('--cascade undoes them, the last applied first; the others stay, and migrate puts it all back', () =>
      withCli(major, FILES, async (at) => {
        await migrated(at);
        const run = await at.run(['rollback', '--version', '001', '--cascade', '--yes', '--json']);
        assert.equal(run.exit, 0, run.output);
        const { migrations } = run.json<{ migrations: { version: string }[] }>();
        assert.deepEqual(
          migrations.map(({ version }) => version),
          ['004_open', '002_orders', '001_users'],
        );
        assert.deepEqual(await applied(at), ['003_tags', '005_fill', '006_drop']);
        await migrated(at);
        assert.equal((await applied(at)).length, 6);
      }));

    test('what a later one has dropped its way back needs', () =>
      withCli(major, FILES, async (at) => {
        await migrated(at);
        const refused = await at.run(['rollback', '--version', '005', '--yes']);
        assert.equal(refused.exit, 1, refused.output);
        assert.match(
          refused.said,
          /006_drop drops column old of tags, which its way back needs \(m\/006_drop\.sql:1\)/,
        );
        const run = await at.run(['rollback', '--version', '005', '--cascade', '--yes']);
        assert.equal(run.exit, 0, run.output);
      }));

    test('what nobody can tell is said, and stands in no way; a file that is gone is read from what was stored', () =>
      withCli(major, FILES, async (at) => {
        at.write({
          'm/007_dynamic.sql':
            "DO $$ BEGIN EXECUTE 'SELECT ' || quote_literal(now()::text); END $$;\n-- ROLLBACK:\n-- SELECT 1;\n",
        });
        await migrated(at);
        at.remove('m/002_orders.sql');
        const told = await at.run(['rollback', '--version', '004', '--yes']);
        assert.equal(told.exit, 0, told.output);
        assert.match(told.said, /whether 007_dynamic needs it nobody can tell: m\/007_dynamic\.sql:1: EXECUTE/);
        const refused = await at.run(['rollback', '--version', '001', '--yes']);
        assert.match(refused.said, /002_orders, which is applied, stands on 001_users/);
      }));
  });

test('--cascade goes with --version', () =>
  withCli(18, FILES, async (at) => {
    const run = await at.run(['rollback', '--cascade', '--yes']);
    assert.equal(run.exit, 2, run.output);
  }));
