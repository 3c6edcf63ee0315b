/** CREATE and DROP of tablespaces and subscriptions, moved and half-dropped databases: what is found after an interruption. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DatabaseWorkplace, type Files, withWorkplace } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, type OwnServer, ownServer, type TestDatabase, uniqueName } from '../support/servers.ts';
import { until } from './group-bed.ts';
import {
  BASE,
  backendEnded,
  holding,
  IRREVERSIBLE,
  killed,
  running,
  startedUntil,
  story,
  succeeded,
} from './steps-bed.ts';

describe('objects of the whole server', { concurrency: 4 }, () => {
  for (const major of onServers(import.meta.url, 14, 18)) {
    // One after the other: each holds what the others of a server would wait for.
    describe(`tablespaces and databases, PostgreSQL ${major}`, { concurrency: 1 }, () => {
      let on: OwnServer;
      before(async () => {
        on = await ownServer(major);
      });
      after(() => on.stop());

      test('CREATE and DROP TABLESPACE: cut off while they wait, and done without a word of it', () =>
        within(on, BASE, async (at) => {
          const [name, folder] = [uniqueName('space'), folderOf(on)];
          const there = () => on.sql('postgres', `SELECT 1 FROM pg_tablespace WHERE spcname = '${name}'`);
          await succeeded(at);
          const sql = `CREATE TABLESPACE ${name} LOCATION '${folder}'`;
          await cutOffBehind(
            at,
            `${sql};\nDROP TABLESPACE ${name};`,
            'CREATE TABLESPACE%',
            'LOCK TABLE pg_tablespace IN SHARE MODE',
          );
          await succeeded(at);
          assert.deepEqual((await there()).rows, []);
          assert.ok((await story(at.database, '002_step')).includes('step_checked: not done'));
          for (const [step, done] of [
            [1, sql],
            [2, 'SELECT 1'],
          ] as const) {
            await asIfEndedIn(at, '002_step', step, 2);
            await on.sql('postgres', done);
            await succeeded(at);
            assert.deepEqual((await there()).rows, []);
            assert.deepEqual(
              (await story(at.database, '002_step')).filter((one) => one === 'step_checked: done').length,
              step,
            );
          }
        }));

      test('what a CREATE TABLESPACE has left in the folder is told', () =>
        within(on, BASE, async (at) => {
          const [name, folder] = [uniqueName('space'), folderOf(on)];
          await succeeded(at);
          await on.sql('postgres', `CREATE TABLESPACE ${name} LOCATION '${folder}'`);
          at.write({ 'm/002_step.sql': `CREATE TABLESPACE ${name}_2 LOCATION '${folder}';\n${IRREVERSIBLE}` });
          const refused = await at.run(['migrate']);
          await on.sql('postgres', `DROP TABLESPACE ${name}`);
          assert.match(refused.said, /an earlier try that was cut off has left the folder .*remove what is in it/);
        }));

      test('ALTER DATABASE SET TABLESPACE: cut off while it waits, and done without a word of it', () =>
        within(on, BASE, async (at) => {
          const [name, space] = [uniqueName('moved'), uniqueName('space')];
          await on.sql('postgres', `CREATE TABLESPACE ${space} LOCATION '${folderOf(on)}'`);
          await on.sql('postgres', `CREATE DATABASE ${name} TEMPLATE template0`);
          const lies = `SELECT spcname FROM pg_database AS d JOIN pg_tablespace AS t ON t.oid = dattablespace WHERE datname = '${name}'`;
          await succeeded(at);
          const sql = `ALTER DATABASE ${name} SET TABLESPACE ${space};`;
          await cutOffBehind(at, sql, 'ALTER DATABASE%', `COMMENT ON DATABASE ${name} IS 'held'`);
          await succeeded(at);
          assert.deepEqual((await on.sql('postgres', lies)).rows, [[space]]);
          assert.ok((await story(at.database, '002_step')).includes('step_checked: not done'));
          await asIfEndedIn(at, '002_step', 1, 1);
          await succeeded(at);
          assert.ok((await story(at.database, '002_step')).includes('step_checked: done'));
          await on.sql('postgres', `DROP DATABASE ${name}`);
          await on.sql('postgres', `DROP TABLESPACE ${space}`);
        }));

      test('a database that is half dropped is dropped again; a CREATE does not take it for its own', () =>
        within(on, BASE, async (at) => {
          const name = uniqueName('half');
          const halve = `UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${name}'`;
          const there = async () =>
            (await on.sql('postgres', `SELECT 1 FROM pg_database WHERE datname = '${name}'`)).rows;
          await succeeded(at);
          at.write({
            'm/002_step.sql': `CREATE DATABASE ${name} TEMPLATE template0;\nDROP DATABASE ${name};\n${IRREVERSIBLE}`,
          });
          await succeeded(at);
          await asIfEndedIn(at, '002_step', 2, 2);
          await on.sql('postgres', `CREATE DATABASE ${name} TEMPLATE template0`);
          await on.sql('postgres', halve);
          await succeeded(at);
          assert.deepEqual(await there(), []);
          assert.ok((await story(at.database, '002_step')).includes('step_checked: half done'));
          await asIfEndedIn(at, '002_step', 1, 2);
          await on.sql('postgres', `CREATE DATABASE ${name} TEMPLATE template0`);
          await on.sql('postgres', halve);
          const refused = await at.run(['migrate']);
          assert.equal(refused.exit, 1, refused.output);
          assert.match(refused.said, /the database \S+ is half dropped \(not done\)/);
          await on.sql('postgres', `DROP DATABASE ${name}`);
          await succeeded(at);
        }));
    });

    describe(`subscriptions, PostgreSQL ${major}`, { concurrency: 1 }, () => {
      let on: OwnServer;
      before(async () => {
        on = await ownServer(major, { settings: ['wal_level = logical'] });
      });
      after(() => on.stop());

      test('CREATE SUBSCRIPTION that waits for a slot on this very server, which waits for it, is stopped and told', () =>
        withPublisher(on, async (at, publisher, connection) => {
          const slot = uniqueName('slot');
          at.write({
            'm/002_step.sql': `CREATE SUBSCRIPTION ${slot} CONNECTION '${connection}' PUBLICATION p;\n${IRREVERSIBLE}`,
          });
          const stopped = await at.run(['migrate']);
          assert.equal(stopped.exit, 1, stopped.output);
          assert.match(stopped.said, /the publisher is on this very server: its slot waits for this statement to end/);
          const [, make = ''] = /(SELECT pg_create_logical_replication_slot\([^;]*;)/.exec(stopped.said) ?? [];
          await withoutSlots(publisher);
          await publisher.sql(make);
          at.write({ 'm/002_step.sql': subscription(slot, connection) });
          await succeeded(at);
          await succeeded(at, ['rollback', '--yes']);
          assert.deepEqual(await slots(publisher), []);
        }));

      test('CREATE SUBSCRIPTION: cut off while the publisher makes the slot; then with a slot of its own', () =>
        withPublisher(on, async (at, publisher, connection) => {
          const slot = uniqueName('slot');
          await cutOffBehind(
            at,
            `CREATE SUBSCRIPTION ${slot} CONNECTION '${connection}' PUBLICATION p;`,
            'CREATE SUBSCRIPTION%',
            'SELECT pg_catalog.txid_current()',
            publisher,
          );
          await withoutSlots(publisher);
          await publisher.sql(`SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
          const refused = await at.run(['migrate']);
          assert.equal(refused.exit, 1, refused.output);
          assert.match(refused.said, /slot is there because an earlier try was cut off: .*pg_drop_replication_slot/);
          at.write({ 'm/002_step.sql': subscription(slot, connection) });
          await succeeded(at);
          assert.deepEqual(await at.database.sql('SELECT subname FROM pg_subscription'), [[slot]]);
          await dropsSubscription(at, publisher, slot);
        }));
    });
  }
});

/** With the slot made beforehand, as one on the same server has to be. */
function subscription(slot: string, connection: string): string {
  return `CREATE SUBSCRIPTION ${slot} CONNECTION '${connection}' PUBLICATION p WITH (create_slot = false);
-- ROLLBACK:
-- DROP SUBSCRIPTION ${slot};
`;
}

/** Its slot is gone when it is dropped again: the answer says how to go on, and that is so. */
async function dropsSubscription(at: DatabaseWorkplace, publisher: TestDatabase, slot: string): Promise<void> {
  await at.database.sql(`ALTER SUBSCRIPTION ${slot} DISABLE`);
  await until(
    'nobody reads it',
    async () =>
      (await publisher.sql('SELECT 1 FROM pg_replication_slots WHERE active AND database = current_database()'))
        .length === 0,
  );
  await publisher.sql(`SELECT pg_drop_replication_slot('${slot}')`);
  const refused = await at.run(['rollback', '--yes']);
  assert.equal(refused.exit, 1, refused.output);
  const [, advice = ''] = /earlier try was cut off: (.*?); then run the command again/.exec(refused.said) ?? [];
  assert.match(advice, /SET \(slot_name = NONE\)/);
  for (const sql of advice.split('; ')) await at.database.sql(sql);
  await succeeded(at, ['rollback', '--yes']);
  assert.deepEqual(await at.database.sql('SELECT 1 FROM pg_subscription'), []);
}

/**
 * Waits for those who make a slot or read one, and drops what they leave: one whose subscriber is gone notices that or not,
 * by what the server writes meanwhile, and may finish the slot.
 */
async function withoutSlots(publisher: TestDatabase): Promise<void> {
  const working = "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'walsender' AND datname = current_database()";
  await until('nobody makes a slot', async () => (await publisher.sql(working)).length === 0);
  await publisher.sql(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
  );
  assert.deepEqual(await slots(publisher), []);
}

const slots = (publisher: TestDatabase) =>
  publisher.sql('SELECT slot_name FROM pg_replication_slots WHERE database = current_database()');

/** A workplace on a database of this server. */
async function within(on: OwnServer, files: Files, body: (at: DatabaseWorkplace) => Promise<void>): Promise<void> {
  const database = await createDatabase(on);
  try {
    await withWorkplace(files, { DATABASE_URL: database.url }, (at) => body({ ...at, database }));
  } finally {
    // Refused while a subscription is left, where the body has failed: the server is removed as a whole.
    await database.drop().catch(() => {});
  }
}

function withPublisher(
  on: OwnServer,
  body: (at: DatabaseWorkplace, publisher: TestDatabase, connection: string) => Promise<void>,
): Promise<void> {
  return within(on, { 'm/001_t.sql': `CREATE TABLE t (id int PRIMARY KEY);\n${IRREVERSIBLE}` }, async (at) => {
    const publisher = await createDatabase(on);
    await publisher.sql('CREATE TABLE t (id int PRIMARY KEY)');
    await publisher.sql('CREATE PUBLICATION p FOR TABLE t');
    await succeeded(at);
    await body(at, publisher, `host=127.0.0.1 port=${on.port} user=postgres dbname=${publisher.name}`);
    await publisher.drop();
  });
}

let folders = 0;

/** An empty folder that belongs to the server's account. */
function folderOf(on: OwnServer): string {
  const folder = join(on.host, `space${++folders}`);
  mkdirSync(folder);
  const { uid, gid } = statSync(on.dataDirectory);
  chownSync(folder, uid, gid);
  return folder;
}

/** Runs a new file while another's transaction is in its way; tool and server process are ended in the middle of it. */
async function cutOffBehind(
  at: DatabaseWorkplace,
  sql: string,
  pattern: string,
  hold: string,
  where: TestDatabase = at.database,
): Promise<void> {
  at.write({ 'm/002_step.sql': `-- Lock-Timeout: 10min\n${sql}\n${IRREVERSIBLE}` });
  const holder = await holding(where, hold);
  const started = sql.includes('SUBSCRIPTION') ? at.start(['migrate']) : await startedUntil(at, pattern);
  await until('it is at work', async () => (await running(at.database, pattern)).length > 0);
  await killed(started);
  await backendEnded(at.database, pattern);
  await holder.release();
}

/** The record as if the run had ended right behind the beginning of a step. */
async function asIfEndedIn(at: DatabaseWorkplace, version: string, step: number, steps: number): Promise<void> {
  await at.database.sql(
    `UPDATE schema_migrations SET success = false, steps_done = ${step - 1}, steps_total = ${steps} WHERE version = '${version}'`,
  );
  for (let one = 1; one <= step; one++) {
    for (const event of one < step ? ['step_started', 'step_finished'] : ['step_started']) {
      await at.database.sql(
        `INSERT INTO schema_migration_events (event, version, run_id, detail) SELECT event, version, run_id, detail
           FROM schema_migration_events WHERE version = '${version}' AND event = '${event}' AND (detail ->> 'step')::int = ${one}
           ORDER BY seq LIMIT 1`,
      );
    }
  }
}
