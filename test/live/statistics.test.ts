/** `doctor --stats`: what its file says is what the catalogs say; it waits for nobody; it holds no values. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { knownFrom } from '../../src/known/known-from.ts';
import { readStatistics } from '../../src/known/read-statistics.ts';
import type { Statistics } from '../../src/known/statistics.ts';
import { migration } from '../lint/bed.ts';
import { type DatabaseWorkplace, withCli, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, ownServer } from '../support/servers.ts';
import { learnAll, linesOf, linesOfServer } from './known-bed.ts';
import { whileHeld } from './locks-bed.ts';

const FORMS = readFileSync(new URL('../fixtures/known/forms.sql', import.meta.url), 'utf8');

async function statisticsOf(at: Pick<DatabaseWorkplace, 'run' | 'folder'>): Promise<Statistics> {
  const run = await at.run(['doctor', '--stats', 'statistics.json']);
  assert.match(run.output.replaceAll(/\s+/g, ' '), /statistics: \d+ tables?, counters since .* in statistics\.json/);
  return readStatistics(readFileSync(join(at.folder, 'statistics.json'), 'utf8'), 'statistics.json');
}

const relationIn = ({ relations }: Statistics, name: string) => relations.find((one) => one.name === name);

for (const major of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${major}`, () => {
    test('the schema in the file is the one of the catalogs', () =>
      withCli(major, {}, async (at) => {
        await at.database.sql(FORMS);
        const known = knownFrom(await statisticsOf(at));
        // Multiranges come with their ranges.
        const told = linesOf(known).filter((line) => !line.startsWith('type '));
        const seen = (await linesOfServer(at.database)).filter((line) => !line.startsWith('type '));
        assert.ok(seen.length > 200, `${seen.length} lines`);
        assert.deepEqual(told, seen);
        assert.deepEqual(
          known.dependents({ schema: 'public', name: 'refs' }).map(({ name }) => name),
          ['all_of_it', 'kept', 'renamed', 'shown', 'starred'],
        );
      }));

    test('what keys of indexes and foreign keys say beside their columns is what the statements said', () =>
      withCli(major, {}, async (at) => {
        const sql = `CREATE TABLE t (a text UNIQUE, b text COLLATE "C", c int UNIQUE DEFERRABLE, d int);
CREATE TABLE points (a text REFERENCES t (a) MATCH FULL ON UPDATE CASCADE, b text REFERENCES t (a) ON UPDATE RESTRICT ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX one ON t (a text_pattern_ops, c DESC, d);
CREATE INDEX two ON t (c DESC NULLS LAST, lower(a));
CREATE INDEX three ON t (d NULLS FIRST, b COLLATE "POSIX");
CREATE INDEX four ON t (a, b, c);${major < 15 ? '' : 'CREATE UNIQUE INDEX five ON t (d) NULLS NOT DISTINCT;'}`;
        await at.database.sql(sql);
        const known = [knownFrom(await statisticsOf(at)), await learnAll([migration('001_keys', sql)])];
        const [told, learned] = known.map((one) =>
          ['t', 'points'].flatMap((name) => [
            ...[...one.table({ name })!.indexes.values()]
              .map((index) => [index.name, index.plain, index.keys, index.nullsNotDistinct])
              .sort(),
            ...[...one.table({ name })!.constraints.values()]
              .map((key) => [key.name, key.onUpdate, key.matchFull, key.deferrable])
              .sort(),
          ]),
        );
        assert.deepEqual(told, learned);
      }));

    test('sizes, traffic, shares of NULL and what defaults are', () =>
      withCli(major, {}, async (at) => {
        await at.database.sql(`CREATE TABLE t (id int PRIMARY KEY, half text, a float DEFAULT random(), b timestamptz DEFAULT now(),
          c date DEFAULT CURRENT_DATE, d int DEFAULT 1 + 1, e uuid DEFAULT gen_random_uuid(), f serial, g text DEFAULT lower('X'));
          INSERT INTO t (id, half) SELECT i, CASE WHEN i % 2 = 0 THEN 'x' END FROM generate_series(1, 4000) AS i;
          CREATE TABLE parts (a int) PARTITION BY RANGE (a);
          CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
          CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
          INSERT INTO parts SELECT i FROM generate_series(1, 20) AS i; ANALYZE`);
        const known = knownFrom(await statisticsOf(at));
        const table = known.table({ name: 't' })!;
        assert.equal(table.size?.rows, 4000);
        assert.ok(table.size.bytes > 200_000, `${table.size.bytes} bytes`);
        assert.ok(Math.abs(table.columns.get('half')!.nullFraction! - 0.5) < 0.05);
        assert.deepEqual(
          [...table.columns.values()].map((one) => one.default),
          [undefined, undefined, 'volatile', 'stable', 'stable', 'constant', 'volatile', 'volatile', 'constant'],
        );
        assert.equal(known.table({ name: 'parts' })?.size?.rows, 20);
      }));

    test('a table that nobody has analyzed since it grew is measured', () =>
      withCli(major, {}, async (at) => {
        await at.database.sql(`CREATE TABLE grown (a int) WITH (autovacuum_enabled = off); ANALYZE grown;
          CREATE TABLE held (a int) WITH (autovacuum_enabled = off)`);
        await at.database.sql('INSERT INTO grown SELECT generate_series(1, 50000)');
        await at.database.sql('INSERT INTO held SELECT generate_series(1, 50000)');
        await whileHeld(at.database, 'LOCK TABLE held IN ACCESS EXCLUSIVE MODE', async () => {
          const statistics = await statisticsOf(at);
          assert.ok(relationIn(statistics, 'grown')!.bytes! > 1_000_000, `${relationIn(statistics, 'grown')?.bytes}`);
          assert.equal(relationIn(statistics, 'held')?.bytes, undefined);
        });
      }));

    test('a table that somebody has locked whole is not waited for', () =>
      withCli(major, {}, async (at) => {
        await at.database.sql(`CREATE TABLE held (a int DEFAULT 1 CHECK (a > 0)); CREATE INDEX ON held ((a + 1));
          CREATE TABLE free (a int CHECK (a > 0)); CREATE VIEW v AS SELECT a FROM held`);
        await whileHeld(at.database, 'LOCK TABLE held IN ACCESS EXCLUSIVE MODE', async () => {
          const statistics = await statisticsOf(at);
          assert.equal(relationIn(statistics, 'free')?.constraints[0]?.definition, 'CHECK ((a > 0))');
          assert.equal(relationIn(statistics, 'held')?.constraints[0]?.definition, undefined);
          assert.deepEqual(relationIn(statistics, 'held')?.constraints[0]?.columns, ['a']);
          assert.equal(relationIn(statistics, 'held')?.columns[0]?.default, 'constant');
          assert.deepEqual(relationIn(statistics, 'v')?.reads, [['public', 'held']]);
        });
      }));
  });

test('the applied versions are in it, a configured search_path, and nothing of the tracking tables', () =>
  withCli(
    18,
    {
      'm/001_a.sql': 'CREATE SCHEMA app;\nCREATE TABLE app.t (a int);\n-- ROLLBACK:\n-- DROP SCHEMA app CASCADE;\n',
      'taskflow-db.config.json': '{"searchPath": "app, public"}',
    },
    async (at) => {
      const applied = await at.run(['migrate']);
      assert.equal(applied.exit, 0, applied.output);
      const statistics = await statisticsOf(at);
      assert.deepEqual(
        statistics.applied.map(({ version }) => version),
        ['001_a'],
      );
      assert.deepEqual(
        statistics.relations.map(({ name }) => name),
        ['t'],
      );
      assert.deepEqual(knownFrom(statistics).resolve({ name: 't' }), { schema: 'app', name: 't' });
    },
  ));

test('a file that cannot be written is a finding', () =>
  withCli(18, {}, async (at) => {
    const run = await at.run(['doctor', '--stats', 'no/such/folder.json']);
    assert.equal(run.exit, 1, run.output);
    assert.match(run.output.replaceAll(/\s+/g, ' '), /WRONG statistics: cannot write no\/such\/folder\.json/);
  }));

test('statements are there by their tables and columns, without a value', async () => {
  const own = await ownServer(18, { settings: ["shared_preload_libraries = 'pg_stat_statements'"] });
  try {
    const database = await createDatabase(own);
    await database.sql('CREATE SCHEMA tools; CREATE EXTENSION pg_stat_statements SCHEMA tools');
    await database.sql('CREATE TABLE orders (id int, note text, "old State" text); CREATE TABLE other (note text)');
    await database.sql("SELECT note /* by hidden-user */ FROM orders WHERE note = 'hidden-value' AND id = 987654");
    await database.sql('SELECT note FROM orders WHERE note = $$hidden-value$$ AND id = 1');
    await database.sql('UPDATE orders SET "old State" = \'hidden-value\'');
    await database.sql('SELECT count(*) FROM other');
    await database.sql("CREATE ROLE stats_hidden_role PASSWORD 'hidden-password'");
    const statistics = await withWorkplace({}, { DATABASE_URL: database.url }, async (at) => {
      const found = await statisticsOf(at);
      const text = readFileSync(join(at.folder, 'statistics.json'), 'utf8');
      assert.doesNotMatch(text, /hidden-(value|user|password)|987654/);
      return found;
    });
    const of = (name: string) =>
      statistics.statements!.list.filter(({ tables }) => tables.some(([, table]) => table === name));
    assert.deepEqual(
      of('orders').map(({ columns, calls, text }) => [columns, calls, text.split(' ')[0]]),
      [
        [['id', 'note'], 2, 'SELECT'],
        [['old State'], 1, 'UPDATE'],
      ],
    );
    const words = (column?: string, name = 'orders') =>
      knownFrom(statistics)
        .usage({ schema: 'public', name }, column)
        ?.map((one) => one.words.replaceAll(/\d{4}-\d\d-\d\d/g, 'DAY'));
    assert.match(
      words('note')!.join(),
      /^2 calls.* of statements that name it, e\.g\. SELECT note FROM orders WHERE note = /,
    );
    assert.match(words()!.join(), /^3 calls/);
    assert.equal(words('nothing'), undefined);
    assert.equal(words('note', 'other'), undefined);
  } finally {
    await own.stop();
  }
});
