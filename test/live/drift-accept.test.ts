/** `diff --accept` and `--revoke`: drift that may stay, on record. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const MIGRATIONS: Files = {
  'm/001_users.sql': 'CREATE TABLE users (id integer PRIMARY KEY, email text);\n',
  'm/002_orders.sql': 'CREATE TABLE orders (id integer, users integer REFERENCES users);\n',
};

const scratch = (at: DatabaseWorkplace) => ['--scratch', at.database.server.url('postgres')];

interface Change {
  readonly kind: string;
  readonly name: string;
  readonly accepted?: { readonly by: string; readonly at: string; readonly reason: string };
}

interface Document {
  readonly equal: boolean;
  readonly changes: readonly Change[];
  readonly accepted: readonly Change[];
}

async function migrated(at: DatabaseWorkplace): Promise<void> {
  assert.equal((await at.run(['migrate'])).exit, 0);
  await at.database.sql('CREATE INDEX by_hand ON users (email)');
  await at.database.sql("ALTER TABLE users ALTER email SET DEFAULT 'x'");
}

const names = (changes: readonly Change[]) => changes.map(({ kind, name }) => `${kind} ${name}`);

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`accepted drift on ${engine}`, () => {
    test('is none, until the object changes once more, and is told with who and why', () =>
      withCli(engine, MIGRATIONS, async (at) => {
        await migrated(at);
        const diff = async () => (await at.run(['diff', '--json', ...scratch(at)])).json<Document>();
        const accepted = await at.run(['diff', '--accept', '--reason', 'for the report of March', ...scratch(at)]);
        assert.equal(accepted.exit, 0, accepted.output);
        assert.match(accepted.stdout, /^2 differences of \w+ accepted, on record\.\n$/);

        const quiet = await at.run(['diff', ...scratch(at)]);
        assert.deepEqual([quiet.exit, quiet.stdout], [0, 'Equal; 2 accepted on record.\n']);
        assert.match(
          quiet.said,
          /2 differences accepted on record by postgres, \d{4}-\d\d-\d\d \(for the report of March\)/,
        );
        assert.match(quiet.said, /changed column public\.users\.email \(default\); added index public\.by_hand/);

        await at.database.sql("ALTER TABLE users ALTER email SET DEFAULT 'y'");
        const again = await at.run(['diff', '--json', ...scratch(at)]);
        assert.equal(again.exit, 3);
        assert.deepEqual(names(again.json<Document>().changes), ['changed public.users.email']);
        assert.deepEqual(names(again.json<Document>().accepted), ['added public.by_hand']);
        const refused = await at.run(['migrate', '--check-drift', ...scratch(at)]);
        assert.equal(refused.exit, 3);
        assert.doesNotMatch(refused.said, /by_hand/);

        await at.database.sql("ALTER TABLE users ALTER email SET DEFAULT 'x'");
        const document = await diff();
        assert.deepEqual([document.equal, document.changes], [true, []]);
        assert.deepEqual(names(document.accepted), ['changed public.users.email', 'added public.by_hand']);
        assert.equal(document.accepted[0]?.accepted?.reason, 'for the report of March');
        await at.database.sql('ALTER TABLE users ALTER email SET NOT NULL');
        const found = names((await diff()).changes);
        assert.ok(found.includes('changed public.users.email'), found.join());
      }));
  });
}

describe('what an acceptance covers', () => {
  test('each decision keeps its reason, and --revoke ends all of them', () =>
    withCli(18, MIGRATIONS, async (at) => {
      await migrated(at);
      assert.equal((await at.run(['diff', '--accept', '--reason', 'first', ...scratch(at)])).exit, 0);
      const none = await at.run(['diff', '--accept', '--reason', 'again', ...scratch(at)]);
      assert.deepEqual(
        [none.exit, /Nothing of \w+ is to be accepted\. 2 accepted before\./.test(none.stdout)],
        [0, true],
      );
      await at.database.sql('CREATE VIEW v AS SELECT id FROM users');
      const second = await at.run(['diff', '--accept', '--reason', 'second', '--json', ...scratch(at)]);
      const { changes, acceptedBefore } = second.json<{ changes: readonly Change[]; acceptedBefore: number }>();
      assert.deepEqual([names(changes).includes('added public.v'), acceptedBefore], [true, 2]);
      const found = (await at.run(['diff', '--json', ...scratch(at)])).json<Document>();
      const reasons = found.accepted.map(({ name, accepted }) => `${name}: ${accepted?.reason}`);
      assert.ok(reasons.includes('public.by_hand: first') && reasons.includes('public.v: second'), reasons.join());
      const told = await at.run(['history', '--limit', '2']);
      assert.match(told.stdout, /drift accepted[\s\S]*2 differences may stay; first/);
      assert.equal((await at.run(['history', '--verify'])).exit, 0);

      const revoked = await at.run(['diff', '--revoke', '--reason', 'all of it was wrong']);
      assert.deepEqual([revoked.exit, /accepted on record any more/.test(revoked.stdout)], [0, true]);
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 3);
      const nothing = await at.run(['diff', '--revoke', '--reason', 'once more']);
      assert.deepEqual([nothing.exit, /was accepted on record/.test(nothing.stdout)], [0, true]);
    }));

  test('owners and privileges only where they were asked for', () =>
    withCli(18, MIGRATIONS, async (at) => {
      await migrated(at);
      const flags = ['--owners', '--privileges', ...scratch(at)];
      assert.equal((await at.run(['diff', '--accept', '--reason', 'r', ...scratch(at)])).exit, 0);
      await at.database.sql('GRANT SELECT (email) ON users TO PUBLIC');
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);
      const more = await at.run(['diff', '--json', ...flags]);
      assert.deepEqual([more.exit, names(more.json<Document>().changes)], [3, ['changed public.users.email']]);
      assert.equal((await at.run(['diff', '--accept', '--reason', 'r', ...flags])).exit, 0);
      assert.equal((await at.run(['diff', ...flags])).exit, 0);
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);
    }));

  test('not what a migration has changed since', () =>
    withCli(18, MIGRATIONS, async (at) => {
      await migrated(at);
      assert.equal((await at.run(['diff', '--accept', '--reason', 'r', ...scratch(at)])).exit, 0);
      at.write({ 'm/003_more.sql': 'ALTER TABLE users ALTER email TYPE varchar(90);\n' });
      assert.equal((await at.run(['migrate', '--check-drift', ...scratch(at)])).exit, 0);
      const found = (await at.run(['diff', '--json', ...scratch(at)])).json<Document>();
      assert.ok(names(found.changes).includes('changed public.users.email'));
    }));

  test('an event that is no record of ours accepts nothing', () =>
    withCli(18, MIGRATIONS, async (at) => {
      await migrated(at);
      for (const detail of ['{}', '{"changes": 1}', '{"changes": [null, 7, {"parts": {"definition": 3}}]}', '[]']) {
        await at.database.sql(
          `INSERT INTO schema_migration_events (event, detail) VALUES ('drift_accepted', '${detail}')`,
        );
      }
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 3);
      assert.equal((await at.run(['history'])).exit, 0);
    }));

  test('production asks first, and is not asked twice', () =>
    withCli(18, MIGRATIONS, async (at) => {
      await migrated(at);
      await at.database.sql("INSERT INTO schema_migration_settings (key, value) VALUES ('production', 'true')");
      const accept = ['diff', '--accept', '--reason', 'r', ...scratch(at)];
      const refused = await at.run(accept);
      assert.deepEqual(
        [refused.exit, /this needs a confirmation: Accept 2 differences on record/.test(refused.said)],
        [2, true],
      );
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 3);
      assert.equal((await at.run([...accept, '--yes'])).exit, 0);
      assert.equal((await at.run(['diff', ...scratch(at)])).exit, 0);
    }));

  const misuse: readonly [args: readonly string[], says: RegExp][] = [
    [['--accept'], /--accept needs a reason/],
    [['--accept', '--reason', ' '], /--accept needs a reason/],
    [['--revoke'], /--revoke needs a reason/],
    [['--reason', 'r'], /--reason needs --accept, --revoke or --to-migration/],
    [['a.json', '--accept', '--reason', 'r'], /--accept is about the drift of one database/],
    [['--accept', '--sql', '--reason', 'r'], /--sql and --accept do not go together/],
    [['--accept', '--to-migration', 'x', '--reason', 'r'], /--to-migration and --accept do not go together/],
    [['--to-migration', 'x', 'y'], /--to-migration is about the drift of one database/],
    [['--to-migration', '../x'], /a migration is given a name, not a path/],
    [['--to-migration', '...'], /no letter or digit to make a file name of/],
  ];
  test('misuse is refused before anything is begun', () =>
    withCli(18, MIGRATIONS, async (at) => {
      for (const [args, says] of misuse) {
        const { exit, said, stdout } = await at.run(['diff', ...args]);
        assert.deepEqual([exit, stdout], [2, ''], said);
        assert.match(said, says);
      }
    }));
});
