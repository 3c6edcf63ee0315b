/** The test bed itself: every engine answers, and databases are separate, clonable and gone afterwards. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createDatabase, engines, majors, missing, server, templateDatabase, withDatabase } from '../support/servers.ts';

test('every major from 12 to 18 is there', () => {
  assert.deepEqual(missing, []);
  assert.deepEqual(majors, [12, 13, 14, 15, 16, 17, 18]);
});

for (const engine of engines) {
  test(`PostgreSQL ${engine}: a database in UTF-8 that is gone afterwards`, async () => {
    const on = await server(engine);
    const name = await withDatabase(engine, async (database) => {
      assert.deepEqual(await database.sql('SHOW server_encoding'), [['UTF8']]);
      const [[version] = []] = await database.sql('SHOW server_version_num');
      assert.equal(Math.trunc(Number(version) / 10_000), on.major);
      return database.name;
    });
    const { rows } = await on.sql('postgres', `SELECT 1 FROM pg_database WHERE datname = '${name}'`);
    assert.deepEqual(rows, []);
  });
}

test('a template is built once and cloned', async () => {
  const on = await server(18);
  let built = 0;
  const build = () =>
    templateDatabase(on, 'test bed: one table', async (database) => {
      built += 1;
      await database.sql('CREATE TABLE marker AS SELECT 42 AS answer');
    });
  const [template] = await Promise.all([build(), build()]);
  const clone = await createDatabase(on, { template });
  assert.deepEqual(await clone.sql('SELECT answer FROM marker'), [['42']]);
  await clone.drop();
  assert.equal(built, 1);
});
