/** What is kept of code, of rows that refer to each other, beside triggers; and a rollback that goes on without it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { ALL_HIGH, digest, done, HEADERS, keeping, killUntilDone, REQUESTS, ROWS, stores } from './data-keep-bed.ts';

/** Writes from code what the other files write from SQL; every fifth row stays as it is. */
const BY_CODE: Files = {
  'm/002_high.mjs': `// High
${HEADERS.replaceAll('--', '//').replace('10ms', '1s')}
// Columns: priority, updated
// Writes: priority, updated
// Chunk: 300
export async function batch(rows) {
  return rows.flatMap(({ id, updated }) => (Number(id) % 5 === 0 ? [] : [{ id, priority: 'HIGH', updated: updated + 1 }]));
}
`,
};

for (const engine of [14, 18] as const) {
  test(`code that keeps what it changes is undone by that alone, killed in both directions, on ${engine}`, () =>
    withCli(engine, { ...REQUESTS, ...BY_CODE }, async (at) => {
      await done(at, 'migrate', '--to', '001');
      const before = await digest(at);
      await killUntilDone(at, ['migrate', '--yes']);
      const high = "SELECT count(*), max(updated) FROM requests WHERE priority = 'HIGH'";
      assert.deepEqual(await at.database.sql(high), [[String((ROWS * 4) / 5), '1']]);
      // Of the rows that somebody has changed since, the columns that the code has written are left alone.
      await at.database.sql("UPDATE requests SET priority = 'mine' WHERE id = 7");
      const shown = await at.run(['rollback', '--dry-run']);
      assert.match(shown.output, /4,800 values of public.requests.\(?priority/);
      await killUntilDone(at, ['rollback', '--yes']);
      assert.deepEqual(await at.database.sql('SELECT id FROM requests WHERE updated > 0'), [['7']]);
      await at.database.sql('UPDATE requests SET priority = NULL, updated = 0 WHERE id = 7');
      assert.deepEqual(await digest(at), before);
    }));
}

async function killedBack(at: DatabaseWorkplace, ...args: string[]): Promise<void> {
  const back = at.start(['rollback', '--yes', ...args]);
  const sql = "SELECT count(*) FROM schema_data_batches WHERE direction = 'down'";
  while (Number((await at.database.sql(sql))[0]?.[0]) < 1) await setTimeout(1);
  back.child.kill('SIGKILL');
  assert.equal((await back.finished).exit, null);
}

test('a rollback that was begun with --no-data goes on like that, also by data run; one that was not may be ended so', async () => {
  const section = '-- ROLLBACK:\n-- UPDATE requests SET priority = NULL, updated = updated - 1 WHERE :batch;\n';
  const files = keeping(
    "UPDATE requests SET priority = 'HIGH', updated = updated + 1 WHERE :batch;",
    section,
    `${HEADERS.replace('10ms', '50ms')}\n-- Pause: 2`,
  );
  for (const goesOn of [
    ['rollback', '--yes'],
    ['data', 'run'],
  ])
    await withCli(14, { ...REQUESTS, ...files }, async (at) => {
      await done(at, 'migrate');
      await killedBack(at, '--no-data');
      const shown = await at.run(['rollback', '--dry-run']);
      assert.match(shown.output, /begun with --no-data and goes\s+on like that/);
      assert.doesNotMatch(await done(at, ...goesOn), /put back/);
      assert.deepEqual(
        await at.database.sql('SELECT count(*) FROM requests WHERE priority IS NOT NULL OR updated <> 0'),
        [['0']],
      );
      assert.equal((await stores(at)).length, 1);
      // The next way back is another one.
      await done(at, 'migrate');
      assert.match(await done(at, 'rollback', '--yes'), /put back/);
    });
  await withCli(18, { ...REQUESTS, ...files }, async (at) => {
    await done(at, 'migrate');
    await killedBack(at);
    assert.doesNotMatch(await done(at, 'rollback', '--yes', '--no-data'), /put back/);
    assert.equal((await stores(at)).length, 1);
  });
});

test('rows that refer to each other come back in batches, each with those that it refers to', () =>
  withCli(
    18,
    {
      'm/001_tree.sql': `-- Tree: each row refers to one that is deleted behind it
CREATE TABLE "Tree" (id bigint PRIMARY KEY, "Upper" bigint REFERENCES "Tree", also bigint REFERENCES "Tree", note text);
INSERT INTO "Tree" SELECT i, nullif(i / 10 * 10 + 10, 6010), CASE WHEN i < 5000 THEN i + 1000 END, repeat('n', 100) FROM generate_series(6000, 1, -1) AS i;
-- ROLLBACK:
-- DROP TABLE "Tree";
`,
      ...keeping('DELETE FROM "Tree" WHERE :batch;', '', HEADERS.replace('requests', '"Tree"')),
    },
    async (at) => {
      await done(at, 'migrate', '--to', '001');
      const before = await digest(at, '"Tree"');
      await done(at, 'migrate');
      assert.deepEqual(await at.database.sql('SELECT count(*) FROM "Tree"'), [['0']]);
      await done(at, 'rollback', '--yes');
      assert.deepEqual(await digest(at, '"Tree"'), before);
      const batches = await at.database.sql(
        "SELECT count(*) > 3, max(rows) < 6000, sum(rows) FROM schema_data_batches WHERE direction = 'down'",
      );
      assert.deepEqual(batches, [['t', 't', '6000']]);
      assert.deepEqual(await stores(at), []);
    },
  ));

test('plan and run say before what triggers change that is not kept, and that it stays in the schema', () =>
  withCli(
    18,
    {
      'm/001_requests.sql': `${String(REQUESTS['m/001_requests.sql']).split('-- ROLLBACK')[0]}
CREATE TABLE log (id bigint);
CREATE FUNCTION logged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.id); RETURN NULL; END $$;
CREATE FUNCTION stamped() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated := 9; RETURN NEW; END $$;
CREATE FUNCTION hidden() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE requests SET note = 'gone' WHERE id = OLD.id; RETURN NULL; END $$;
CREATE TRIGGER logs AFTER UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION logged();
CREATE TRIGGER stamps BEFORE UPDATE ON requests FOR EACH ROW EXECUTE FUNCTION stamped();
CREATE TRIGGER hides BEFORE DELETE ON requests FOR EACH ROW EXECUTE FUNCTION hidden();
-- ROLLBACK:
-- DROP TABLE requests, log; DROP FUNCTION logged, stamped, hidden;
`,
      ...ALL_HIGH,
      'm/003_less.sql': `-- Less\n${HEADERS}\nDELETE FROM requests WHERE id % 2 = 0 AND :batch;\n`,
    },
    async (at) => {
      await done(at, 'migrate', '--to', '001');
      const planned = (await at.run(['plan'], { env: { TASKFLOW_BACKUP_TO: 'file' } })).output.replaceAll(/\s+/g, ' ');
      assert.match(planned, /002_high keeps what its batches change in the schema taskflow_backup \(and not in a file/);
      assert.match(planned, /002_high: what the trigger logs of requests writes elsewhere is not kept/);
      assert.doesNotMatch(planned, /stamps/);
      assert.match(
        planned,
        /003_less: rows that the trigger hides of requests changes in place of deleting them are not kept: it needs a ROLLBACK/,
      );
      const before = await digest(at);
      const high = (await done(at, 'migrate', '--to', '002', '--backup-to', 'file')).replaceAll(/\s+/g, ' ');
      assert.match(high, /what the trigger logs of public.requests writes elsewhere is not kept/);
      assert.match(high, /the schema taskflow_backup \(and not in a file/);
      await done(at, 'rollback', '--yes');
      assert.deepEqual(await digest(at), before);
      const less = (await done(at, 'migrate')).replaceAll(/\s+/g, ' ');
      assert.match(
        less,
        /003_less, line 6: the trigger hides of public.requests may change rows in place of deleting them/,
      );
      const refused = await at.run(['rollback', '--yes']);
      assert.match(refused.output, /cannot be undone/);
    },
  ));
