/** `squash`: what it refuses, what it leaves, and what other commands make of it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { psql } from './installations-files.ts';
import {
  ARCHIVE,
  anew,
  assertNoDrift,
  FOLDED,
  good,
  run,
  scratchOf,
  sqlFiles,
  squash,
  squashAlone,
  statesOf,
  withFiles,
} from './squash-bed.ts';

describe('squash', () => {
  test('--dry-run proves, and changes nothing', () =>
    withFiles(18, async (at) => {
      const shown = good(await squashAlone(at, '--to', '4', '--dry-run', '--json')).json<{
        version: string;
        replaces: string[];
        proof: { changes: unknown[]; rows: number };
        later: { migrations: number };
        notes: string[];
      }>();
      assert.equal(shown.version, '004_squash');
      assert.deepEqual(shown.replaces, FOLDED);
      assert.deepEqual([shown.proof.changes, shown.proof.rows, shown.later.migrations], [[], 2, 1]);
      assert.match(shown.notes.join(), /VERIFY.*002_orders/);
      assert.deepEqual(sqlFiles(at).length, 5);
      assert.ok(!existsSync(join(at.folder, 'db/m/squashed')));
    }));

  test('what requires an extension stays a file of its own behind it', () =>
    withFiles(
      18,
      async (at) => {
        at.remove('db/m/003_index.sql');
        await run(at, 'migrate');
        const { stdout } = good(await squash(at, '--to', '5'));
        assert.match(
          stdout.replaceAll(/\s+/g, ' '),
          /A file of its own.*hstore.*003_marks\.sql.*-- Depends: 005_squash/,
        );
        assert.deepEqual(sqlFiles(at), ['003_marks.sql', '005_squash.sql']);
        await run(at, 'migrate');
        const notes = (await run(at, 'status')).stdout;
        assert.match(notes, /003_marks: a header, comment or section was changed/);
        await anew(at);
        await run(at, 'migrate');
        assert.deepEqual((await statesOf(at)).sort(), ['003_marks applied', '005_squash applied']);
      },
      {
        'db/m/003_marks.sql': `-- Marks
-- Requires: extension hstore
CREATE EXTENSION IF NOT EXISTS hstore SCHEMA public;
ALTER TABLE users ADD COLUMN marks hstore;

-- ROLLBACK:
-- ALTER TABLE users DROP COLUMN marks;
`,
      },
    ));

  test('what stands on such a file is refused, with its place', () =>
    withFiles(
      18,
      async (at) => {
        at.remove('db/m/003_index.sql');
        const refused = await squashAlone(at, '--to', '5');
        assert.equal(refused.exit, 1);
        assert.match(
          refused.said,
          /003_marks requires the extension hstore.*004_columns drops column marks.*004_columns\.sql:1/,
        );
        assert.equal(sqlFiles(at).length, 5);
      },
      {
        'db/m/003_marks.sql': `-- Requires: extension hstore
ALTER TABLE users ADD COLUMN marks text;

-- ROLLBACK:
-- ALTER TABLE users DROP COLUMN marks;
`,
        'db/m/004_columns.sql': `ALTER TABLE users DROP COLUMN marks;

-- IRREVERSIBLE: a test
`,
      },
    ));

  test('where it would make something else, the difference is shown and nothing is written', () =>
    withFiles(
      18,
      async (at) => {
        const refused = await squashAlone(at, '--to', '4');
        assert.equal(refused.exit, 1);
        assert.match(refused.stdout, /table public\.users[\s\S]*owner: pg_monitor → /);
        assert.match(refused.stderr, /squash-differs/);
        const told = (await squashAlone(at, '--to', '4', '--json')).json<{
          ok: boolean;
          proof: { changes: unknown[] };
        }>();
        assert.deepEqual([told.ok, told.proof.changes.length > 0], [false, true]);
        assert.equal(sqlFiles(at).length, 5);
        assert.ok(!existsSync(join(at.folder, 'db/m/squashed')));
      },
      {
        'db/m/004_columns.sql': `ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE users OWNER TO pg_monitor;

-- IRREVERSIBLE: a test
`,
      },
    ));

  test('one that was edited, and one that was applied with other SQL elsewhere, are refused', () =>
    withFiles(18, async (at) => {
      await run(at, 'migrate');
      const path = join(at.folder, 'db/m/004_columns.sql');
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace('note text', 'note varchar(9)'));
      assert.match((await squash(at, '--to', '4')).said, /squash-refused.*004_columns is modified/);
      good(await squashAlone(at, '--to', '4'));
      const stopped = await at.run(['migrate']);
      assert.match(stopped.said, /checksum-mismatch.*applied with other SQL: 004_columns/);
      const accept = /taskflow-db (repair --dir \S+ --accept \S+)/.exec(stopped.said)?.[1] ?? '';
      await run(at, ...accept.split(' '), '--reason', 'a test');
      await run(at, 'migrate');
    }));

  test('an interrupted one is refused by all that runs, until it is finished', () =>
    withFiles(18, async (at) => {
      good(await squashAlone(at, '--to', '4'));
      const home = (name: string) => join(at.folder, 'db/m', name);
      const last = '004_columns.sql';
      writeFileSync(home(last), readFileSync(join(at.folder, ARCHIVE, last)));
      const journal = { path: home('004_squash.sql'), folded: [home(last)], kept: [] };
      writeFileSync(join(at.folder, ARCHIVE, '.unfinished.json'), JSON.stringify(journal));
      assert.match((await at.run(['migrate'])).said, /004_columns is still there.*squash --to 004_squash/);
      assert.match(good(await squashAlone(at, '--to', '004_squash')).stdout, /Finished the squash/);
      assert.deepEqual(sqlFiles(at), ['004_squash.sql', '005_paid.sql']);
      await run(at, 'migrate');
    }));

  test('an installation made by an older init-complete.sql has it; a new one is made', () =>
    withFiles(18, async (at) => {
      const dump = ['schema', 'dump', ...scratchOf(at)];
      await run(at, ...dump);
      const complete = join(at.folder, 'db/postgresql/init-complete.sql');
      good(await squashAlone(at, '--to', '4'));
      mkdirSync(join(at.folder, 'old'));
      renameSync(complete, join(at.folder, 'old/init-complete.sql'));
      assert.equal(psql(at.database, { input: join(at.folder, 'old/init-complete.sql') }).status, 0);
      await run(at, 'migrate');
      assert.deepEqual((await statesOf(at)).slice(-2), ['004_squash baseline', '005_paid applied']);
      await assertNoDrift(at);

      await run(at, ...dump);
      await anew(at);
      assert.equal(psql(at.database, { input: complete }).status, 0);
      assert.deepEqual(await statesOf(at), ['004_squash applied', '005_paid applied']);
      assert.match((await run(at, 'migrate')).stdout, /nothing to apply/);
      await assertNoDrift(at);
      good(await at.run(['verify', ...scratchOf(at)]));
      rmSync(complete);
    }));

  test('the manifest of the folder goes along, and nobody judges what a database has already', () =>
    withFiles(18, async (at) => {
      await run(at, 'renumber', '--lock');
      await run(at, 'migrate');
      good(await squash(at, '--to', '4'));
      const manifest = readFileSync(join(at.folder, 'db/m/migrations.lock'), 'utf8');
      assert.deepEqual(manifest.match(/^\S+\.sql/gm), ['004_squash.sql', '005_paid.sql']);
      const judged = good(await at.run(['lint', '--json'])).json<{ files: string[]; notes: string[] }>();
      assert.deepEqual([judged.files, judged.notes], [[], []]);
      assert.doesNotMatch((await run(at, 'migrate')).output, /migrations\.lock/);
      await run(at, 'status', '--check');
      assert.match((await run(at, 'renumber')).output, /./);
      assert.deepEqual(sqlFiles(at), ['004_squash.sql', '005_paid.sql']);
    }));

  test('a file that comes later with a number below it is late, and may depend on a part of it', () =>
    withFiles(18, async (at) => {
      await run(at, 'migrate');
      good(await squash(at, '--to', '4'));
      const late = (header: string) => ({
        'db/m/002_late.sql': `-- Late\n${header}CREATE TABLE late (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE late;\n`,
      });
      at.write(late(''));
      const refused = await at.run(['migrate']);
      assert.match(refused.said, /late-migration/);
      at.write(late('-- Depends: 001_users\n'));
      await run(at, 'migrate');
      assert.match((await run(at, 'baseline', '--to', '5')).stdout, /0 |nothing/i);
      assert.equal((await at.run(['squash', '--to', '9', ...scratchOf(at)])).exit, 2);
    }));
});
