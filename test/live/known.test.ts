/**
 * What the files tell of a schema is what a server's catalogs say after the same SQL: TaskFlow's own migrations and the sets of
 * test/sets, to the name of the last index.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { describe } from 'node:test';
import type { Migration } from '../../src/migration/migration.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { SETS } from '../sets/all.ts';
import { filesOf, type MigrationSet } from '../sets/step.ts';
import { onServers } from '../support/on-servers.ts';
import { type TestDatabase, withDatabase } from '../support/servers.ts';
import { learnAll, linesOf, linesOfServer } from './known-bed.ts';
import { applyAll, plainMigrations } from './taskflow-schema-files.ts';

const FORMS = new URL('../fixtures/known/forms.sql', import.meta.url);
const isLong = process.env.TASKFLOW_TEST_LONG === '1';

/** `hidden`: views whose columns the files do not tell. */
async function assertSame(
  migrations: readonly Migration[],
  database: TestDatabase,
  hidden: readonly string[] = [],
): Promise<void> {
  const isTold = (line: string) => !hidden.some((view) => line.startsWith(`column ${view}.`));
  const [told, seen] = [linesOf(await learnAll(migrations)), (await linesOfServer(database)).filter(isTold)];
  assert.ok(seen.length > 100, `${seen.length} lines`);
  // Partitions share the identity of their parent since 17.
  const byVersion = (line: string) => (database.server.major < 17 ? line.replace(/ identity$/, '') : line);
  assert.deepEqual(told.map(byVersion), seen.map(byVersion));
}

/** What a server without its extensions refuses is left out; the files that it took. */
async function applySet(set: MigrationSet, database: TestDatabase): Promise<Migration[]> {
  for (const role of set.roles)
    await database.sql(
      `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
  const done: Migration[] = [];
  for (const [path, text] of Object.entries(filesOf(set))) {
    const stem = path.replace(/^m\/|\.sql$/g, '');
    const one = parseMigration({ file: path, stem, bytes: Buffer.from(text) });
    if (await isTaken(one, database)) done.push(one);
  }
  assert.ok(done.length > set.steps.length - 4, `${done.length} of ${set.steps.length} files`);
  return done;
}

async function isTaken({ statements }: Migration, database: TestDatabase): Promise<boolean> {
  const all = statements.map(({ sql }) => `${sql};\n`).join('');
  const alone = /CONCURRENTLY|VACUUM|ADD VALUE/i.test(all);
  try {
    for (const sql of alone ? statements.map((one) => one.sql) : [all]) await database.sql(sql);
    return true;
  } catch (error) {
    assert.match(String(error), /extension|schema "oracle"|create_parent/);
    return false;
  }
}

for (const engine of onServers(import.meta.url, 14, 18))
  describe(`PostgreSQL ${engine}`, () => {
    test("TaskFlow's own migrations", () =>
      withDatabase(engine, async (database) => {
        await applyAll(database);
        await assertSame(plainMigrations, database);
      }));

    test('statements of many forms', () =>
      withDatabase(engine, async (database) => {
        const forms = parseMigration({ file: 'forms.sql', stem: '001_forms', bytes: readFileSync(FORMS) });
        await database.sql(forms.statements.map(({ sql }) => `${sql};\n`).join(''));
        await assertSame([forms], database, ['public.starred']);
      }));

    for (const set of engine === 18 || isLong ? SETS : SETS.slice(0, 1))
      test(`the set ${set.name}`, () =>
        withDatabase(engine, async (database) => assertSame(await applySet(set, database), database)));
  });
