/** That `verify` leaves its result in the database that the migrations are for, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { engines, uniqueName } from '../support/servers.ts';

const newest = engines.at(-1)!;
const FILES = {
  'm/001_people.sql': 'CREATE TABLE people (id integer PRIMARY KEY);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_wrong.sql': 'CREATE TABLE orders (id integer);\n\n-- ROLLBACK:\n-- SELECT 1;\n',
};

interface Document {
  readonly ok: boolean;
  readonly recorded: boolean;
  readonly notes: readonly string[];
}

const verify = (at: DatabaseWorkplace, ...args: string[]) =>
  at.run(['verify', '--json', '--scratch', at.database.server.url('postgres'), ...args]);

test('the result is an event: what was tried, what failed, of which files', async () => {
  await withCli(newest, FILES, async (at) => {
    await at.run(['migrate', '--quiet']);
    const whole = await verify(at);
    assert.deepEqual([whole.exit, whole.json<Document>().recorded], [3, true]);
    assert.equal((await verify(at, '--only', '001')).exit, 0);
    const rows = await at.database.sql(`SELECT version, detail ->> 'ok', detail ->> 'tried', detail ->> 'only',
  detail #>> '{failures,0,check}', detail #>> '{failures,0,version}', detail ->> 'files'
FROM schema_migration_events WHERE event = 'verified' ORDER BY seq`);
    const digest = rows[0]?.[6];
    assert.match(digest ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(rows, [
      [null, 'false', '2', null, 'rollback', '002_wrong', digest],
      [null, 'true', '1', '001', null, null, digest],
    ]);
    assert.equal((await at.run(['history', '--verify'])).exit, 0);
    assert.match(
      (await at.run(['history'])).stdout,
      /verified[^\n]*\n\s+not proven, 2 migrations tried; rollback 002_wrong/,
    );
  });
});

test('nothing is made for its sake: without tables or privileges a note says that it is not on record', async () => {
  await withCli(newest, FILES, async (at) => {
    const untracked = (await verify(at, '--only', '001')).json<Document>();
    assert.deepEqual([untracked.ok, untracked.recorded], [true, false]);
    assert.match(untracked.notes.join('\n'), /not on record: \w+ has no tracking tables/);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('schema_migrations')"), [[null]]);

    await at.run(['migrate', '--quiet']);
    const reader = uniqueName('reader');
    await at.database.sql(`CREATE ROLE ${reader} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${reader}`);
    try {
      const as = at.database.server.url(at.database.name, reader);
      const denied = await verify(at, '--only', '001', '--database', as);
      assert.deepEqual([denied.exit, denied.json<Document>().recorded], [0, false]);
      assert.match(denied.json<Document>().notes.join('\n'), new RegExp(`${reader} may not write the audit trail`));
    } finally {
      await at.database.sql(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`);
    }
    assert.deepEqual(await at.database.sql("SELECT count(*) FROM schema_migration_events WHERE event = 'verified'"), [
      ['0'],
    ]);
  });
});
