/** `migrate --only` across folders: what it takes along, and what it would leave out though the SQL needs it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';

const BOTH = ['--dir', 'auth', '--dir', 'shop'];

const FILES: Files = {
  'auth/001_users.sql': 'CREATE TABLE users (id int PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE users;\n',
  'shop/002_orders.sql':
    '-- Depends: 001_users\nCREATE TABLE orders (user_id int REFERENCES users);\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
  'auth/003_sessions.sql': 'CREATE TABLE sessions (id int, u int);\n-- ROLLBACK:\n-- DROP TABLE sessions;\n',
  'auth/004_other.sql': 'CREATE TABLE other (id int);\n-- ROLLBACK:\n-- DROP TABLE other;\n',
  'shop/005_index.sql': 'CREATE INDEX sessions_u ON sessions (u);\n-- ROLLBACK:\n-- DROP INDEX sessions_u;\n',
};

async function applied(at: DatabaseWorkplace): Promise<string[]> {
  const { migrations } = (await at.run(['status', ...BOTH, '--json'])).json<{
    migrations: { version: string; state: string }[];
  }>();
  return migrations.filter(({ state }) => state === 'applied').map(({ version }) => version);
}

describe('migrate --only', { concurrency: 2 }, () => {
  test('takes along what headers name, in any folder, and nothing else', () =>
    withCli(18, FILES, async (at) => {
      const run = await at.run(['migrate', ...BOTH, '--only', '2']);
      assert.equal(run.exit, 0, run.output);
      assert.deepEqual(await applied(at), ['001_users', '002_orders']);
    }));

  test('is refused where the SQL needs what would be left out, with object and line; each of the remedies works', () =>
    withCli(18, FILES, async (at) => {
      for (const more of [[], ['--dry-run']]) {
        const refused = await at.run(['migrate', ...BOTH, '--only', '5', ...more]);
        assert.equal(refused.exit, 1, refused.output);
        assert.match(refused.said, /005_index needs 003_sessions, which no header of it says/);
        assert.match(refused.said, /stands on 003_sessions: uses table sessions \(shop\/005_index\.sql:1\)/);
        assert.match(refused.said, /Nothing was run.*migrate --to 005_index.*-- Depends: 003_sessions/);
      }
      assert.deepEqual(await applied(at), []);
      const alone = await at.run(['migrate', ...BOTH, '--only', '5', '--allow-late']);
      assert.match(alone.said, /relation "sessions" does not exist/);
      at.write({ 'shop/005_index.sql': `-- Depends: 003_sessions\n${FILES['shop/005_index.sql']}` });
      const run = await at.run(['migrate', ...BOTH, '--only', '5']);
      assert.equal(run.exit, 0, run.output);
      assert.deepEqual(await applied(at), ['003_sessions', '005_index']);
    }));
});

describe('a file that was applied under another number', { concurrency: 2 }, () => {
  const tags =
    'CREATE TABLE IF NOT EXISTS tags (id int);\nINSERT INTO tags VALUES (1);\n-- ROLLBACK:\n-- DROP TABLE tags;\n';
  const rows = async (at: DatabaseWorkplace) => (await at.database.sql('SELECT count(*) FROM tags'))[0]?.[0];

  async function renumbered(at: DatabaseWorkplace): Promise<string> {
    assert.equal((await at.run(['migrate'])).exit, 0);
    at.remove('m/002_tags.sql');
    at.write({ 'm/002_theirs.sql': 'SELECT 2;\n', 'm/003_tags.sql': tags });
    const refused = await at.run(['migrate']);
    assert.equal(refused.exit, 1, refused.output);
    assert.match(refused.said, /003_tags is applied already, as 002_tags.*Nothing was run/);
    assert.equal(await rows(at), '1');
    return refused.said;
  }

  const files = { 'm/001_base.sql': 'SELECT 1;\n', 'm/002_tags.sql': tags };

  test('is not run again: the record follows by the commands that are named', () =>
    withCli(14, files, async (at) => {
      const said = await renumbered(at);
      const named = [...said.matchAll(/taskflow-db repair (--mark\S+ \S+) --reason "([^"]+)"/g)];
      assert.equal(named.length, 2, said);
      for (const [, what, reason] of named) {
        const run = await at.run(['repair', ...what!.split(' '), '--reason', reason!]);
        assert.equal(run.exit, 0, run.output);
      }
      const run = await at.run(['migrate', '--allow-late']);
      assert.equal(run.exit, 0, run.output);
      assert.doesNotMatch(run.output, /file is gone/);
      assert.equal(await rows(at), '1');
      assert.equal((await at.run(['status', '--check'])).exit, 0);
    }));

  test('or it is undone under its old name, and runs under the new one', () =>
    withCli(18, files, async (at) => {
      assert.match(await renumbered(at), /taskflow-db rollback --version 002_tags/);
      const undone = await at.run(['rollback', '--version', '002_tags', '--yes']);
      assert.equal(undone.exit, 0, undone.output);
      const run = await at.run(['migrate']);
      assert.equal(run.exit, 0, run.output);
      assert.equal(await rows(at), '1');
      assert.equal((await at.run(['status', '--check'])).exit, 0);
    }));
});
