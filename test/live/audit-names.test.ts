/** The tracking schema may bear any name: it is quoted wherever it stands, and never taken for SQL. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, withCli } from '../support/cli.ts';

const FILES: Files = {
  'm/001_a.sql': 'CREATE TABLE public.a (n int);\n-- ROLLBACK:\n-- DROP TABLE public.a;\n',
  'm/002_bad.sql': 'SELECT 1 / 0;\n-- ROLLBACK:\n-- SELECT 1;\n',
};

const WIDE = 'ü'.repeat(31);

test('a tracking schema may bear any name that PostgreSQL allows, and is never taken for SQL', async () => {
  for (const schema of [
    'a"; DROP TABLE x; --',
    "it's.a $$ \\ schéma",
    '🎉 "a"."b"',
    `${WIDE}x`,
    'select',
    '%I %s %%',
  ]) {
    await withCli(
      18,
      FILES,
      async (at) => {
        assert.equal((await at.run(['init'])).exit, 0, schema);
        assert.equal((await at.run(['migrate'])).exit, 1, schema);
        assert.equal((await at.run(['rollback', '--yes'])).exit, 0, schema);
        for (const line of ['history --verify', 'history', 'status', 'doctor']) {
          const ran = await at.run(line.split(' '));
          assert.equal(ran.exit, 0, `${schema}: ${line}\n${ran.output}`);
        }
        const found = await at.database.sql(
          'SELECT relnamespace::regnamespace::text = quote_ident($s$' +
            schema +
            "$s$) FROM pg_class WHERE relname = 'schema_migration_events'",
        );
        assert.deepEqual(found, [['t']]);
      },
      { TASKFLOW_TRACKING_SCHEMA: schema },
    );
  }
});
