/**
 * What happens to a large table while it is copied, and does not come row by row through a session of the application: it is truncated,
 * a part of it is, it is written anew, or a subscription writes to it. Each is captured, or refused before anything is lost.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { type OpenSession, openSession } from '../support/session.ts';

const ROWS = "SELECT i, md5(i::text), md5(i::text), repeat('x', 100) FROM generate_series(1, 50000) AS i";
const COLUMNS = 'id bigint PRIMARY KEY, a text NOT NULL, b text NOT NULL, filler text';
const PLAIN = `CREATE TABLE big (${COLUMNS});\nINSERT INTO big ${ROWS};\n-- IRREVERSIBLE: the base`;
const IN_PARTS = `CREATE TABLE big (${COLUMNS}) PARTITION BY RANGE (id);
CREATE TABLE big_low PARTITION OF big FOR VALUES FROM (MINVALUE) TO (25000);
CREATE TABLE big_high PARTITION OF big FOR VALUES FROM (25000) TO (MAXVALUE);
INSERT INTO big ${ROWS};\n-- IRREVERSIBLE: the base`;
/** With rows that no trigger has seen. */
const ATTACH = `ALTER TABLE big DETACH PARTITION big_high; CREATE TABLE big_more (LIKE big INCLUDING ALL);
INSERT INTO big_more VALUES (200000, 'n', 'n'), (200001, 'n', 'n'); ALTER TABLE big ATTACH PARTITION big_high FOR VALUES FROM (25000) TO (100000);
ALTER TABLE big ATTACH PARTITION big_more FOR VALUES FROM (100000) TO (MAXVALUE)`;
const DROP =
  '-- Drop a\n-- Lock-Timeout: 60ms\nALTER TABLE big DROP COLUMN a;\n-- ROLLBACK:\n-- ALTER TABLE big ADD COLUMN a text;\n';

const FORMS = [
  ['into the schema', PLAIN, 'schema'],
  ['into the schema, in partitions', IN_PARTS, 'schema'],
  ['into files', PLAIN, 'file'],
  ['into files, in partitions', IN_PARTS, 'file'],
] as const;

type Meanwhile = (reader: OpenSession) => Promise<unknown>;

/** Runs the migration, and `meanwhile` when the table is copied, and not yet locked. */
async function dropWhile(at: DatabaseWorkplace, meanwhile: Meanwhile) {
  at.write({ 'm/002_drop.sql': DROP });
  const reader = await openSession(at.database);
  await reader.query('BEGIN; SELECT FROM big LIMIT 1');
  const run = at.start(['migrate', '--wait', '60s']);
  await run.said(/public\.big\w* is locked; gave way/);
  await meanwhile(reader);
  await reader.query('COMMIT');
  await reader.end();
  return run.finished;
}

async function nothingIsLeft({ database, folder }: DatabaseWorkplace): Promise<void> {
  const rows = await database.sql(`SELECT tgname FROM pg_trigger WHERE tgname LIKE 'taskflow_capture%'
    UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('taskflow_backup')
    UNION ALL SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('taskflow_backup') AND relkind = 'r'`);
  assert.deepEqual(rows, []);
  const files = join(folder, '.taskflow/backups', database.name);
  assert.deepEqual(existsSync(files) ? readdirSync(files) : [], []);
}

async function comesBack(at: DatabaseWorkplace): Promise<void> {
  const back = await at.run(['rollback', '--yes', '--lock-timeout', '30s', '--wait', '60s']);
  assert.equal(back.exit, 0, back.output);
  assert.doesNotMatch(back.said, /not put back/);
  assert.deepEqual(await at.database.sql('SELECT count(*) FROM big WHERE a IS DISTINCT FROM b'), [['0']]);
}

for (const major of onServers(import.meta.url, 14, 18))
  for (const [form, base, to] of FORMS) {
    const isInParts = base === IN_PARTS;
    const withBig = (use: (at: DatabaseWorkplace) => Promise<void>) =>
      withCli(
        major,
        { 'm/001_base.sql': base },
        async (at) => {
          const applied = await at.run(['migrate']);
          assert.equal(applied.exit, 0, applied.output);
          await use(at);
        },
        { TASKFLOW_BACKUP_TO: to, TASKFLOW_BACKUP_RESERVE: '0' },
      );

    describe(`PostgreSQL ${major}, ${form}`, { concurrency: 2 }, () => {
      for (const table of isInParts ? ['big', 'big_low'] : ['big'])
        test(`TRUNCATE ${table} is noticed: refused, with nothing lost and nothing left`, () =>
          withBig(async (at) => {
            const refused = await dropWhile(at, (reader) => reader.query(`TRUNCATE ${table}`));
            assert.equal(refused.exit, 1, refused.output);
            assert.match(
              refused.said,
              /error\[backup-refused\].*public\.big was changed as a whole while it was copied/,
            );
            assert.match(refused.said, /meanwhile it was truncated, or one of its partitions was/);
            await nothingIsLeft(at);
            const [[there]] = (await at.database.sql('SELECT count(a) FROM big')) as [[string]];
            assert.equal(there, table === 'big' ? '0' : '25001');
            const again = await at.run(['migrate']);
            assert.equal(again.exit, 0, again.output);
            await comesBack(at);
          }));

      if (isInParts)
        for (const [what, sql, there] of [
          ['attached', ATTACH, '50002'],
          ['detached', 'ALTER TABLE big DETACH PARTITION big_low', '25001'],
        ] as const)
          test(`a partition that is ${what} is noticed: refused, with nothing lost and nothing left`, () =>
            withBig(async (at) => {
              const refused = await dropWhile(at, (reader) => reader.query(sql));
              assert.equal(refused.exit, 1, refused.output);
              assert.match(refused.said, /meanwhile it got other partitions/);
              await nothingIsLeft(at);
              assert.deepEqual(await at.database.sql('SELECT count(a) FROM big'), [[there]]);
              const again = await at.run(['migrate']);
              assert.equal(again.exit, 0, again.output);
              await comesBack(at);
            }));

      test('what a subscription writes comes back, too', () =>
        withBig(async (at) => {
          const dropped = await dropWhile(at, async (reader) => {
            await reader.query('SET LOCAL session_replication_role = replica');
            await reader.query(`UPDATE big SET a = 'late', b = 'late' WHERE id IN (5, 40000)`);
            await reader.query(`DELETE FROM big WHERE id IN (6, 40001)`);
            await reader.query(`INSERT INTO big VALUES (60000, 'new', 'new'), (-1, 'new', 'new')`);
          });
          assert.equal(dropped.exit, 0, dropped.output);
          assert.match(dropped.said, /kept 50,000 values of public\.big\.a/);
          await comesBack(at);
          assert.deepEqual(await at.database.sql(`SELECT count(*) FROM big WHERE a IN ('late', 'new')`), [['4']]);
        }));

      test('two columns of it, one behind the other, each come back', () =>
        withBig(async (at) => {
          at.write({
            'm/002_drop.sql': `-- Drop both\n-- Lock-Timeout: 60ms\nALTER TABLE big DROP COLUMN a;\nALTER TABLE big DROP COLUMN filler;
-- ROLLBACK:\n-- ALTER TABLE big ADD COLUMN a text;\n-- ALTER TABLE big ADD COLUMN filler text;\n`,
          });
          const dropped = await at.run(['migrate']);
          assert.equal(dropped.exit, 0, dropped.output);
          await comesBack(at);
          assert.deepEqual(await at.database.sql('SELECT count(*) FROM big WHERE length(filler) = 100'), [['50000']]);
        }));
    });
  }
