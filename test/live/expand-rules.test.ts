/** What is written to one column is in the other, by whoever and however; and what cannot be carried over is named before anything is written. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { createThree, partsOf } from './expand-contract-bed.ts';
import { runScript } from './script-bed.ts';

type Step = readonly [what: string, sql: string, status: string | null, state: string | null];

/** Each on a row that was there before and is not filled yet: 'was there', NULL. */
const ON_OLD_ROW: readonly Step[] = [
  ['the old version writes', `UPDATE requests SET status = 'a' WHERE id = 1`, 'a', 'a'],
  ['the new version writes', `UPDATE requests SET state = 'b' WHERE id = 1`, 'b', 'b'],
  ['the new version writes NULL', 'UPDATE requests SET state = NULL WHERE id = 1', null, null],
  ['the old version writes NULL', 'UPDATE requests SET status = NULL WHERE id = 1', null, null],
  ['both in one statement: the new one counts', `UPDATE requests SET status = 'a', state = 'b' WHERE id = 1`, 'b', 'b'],
  [
    'all columns as they were read, and another one changed',
    `UPDATE requests SET status = 'was there', state = NULL, other = 1 WHERE id = 1`,
    'was there',
    'was there',
  ],
  [
    'all columns as they were read, the old one changed',
    `UPDATE requests SET status = 'a', state = NULL WHERE id = 1`,
    'a',
    'a',
  ],
  ['another column is written', 'UPDATE requests SET other = 2 WHERE id = 1', 'was there', 'was there'],
  [
    'an upsert of the old version',
    `INSERT INTO requests (id, status) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status`,
    'a',
    'a',
  ],
  [
    'an upsert of the new version',
    `INSERT INTO requests (id, state) VALUES (1, 'b') ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state`,
    'b',
    'b',
  ],
];

/** Each makes row 2. */
const NEW_ROW: readonly Step[] = [
  ['nobody says anything', 'INSERT INTO requests (id) VALUES (2)', 'NEW', 'NEW'],
  ['the old version', `INSERT INTO requests (id, status) VALUES (2, 'a')`, 'a', 'a'],
  ['the new version', `INSERT INTO requests (id, state) VALUES (2, 'b')`, 'b', 'b'],
  ['the old version, NULL', 'INSERT INTO requests (id, status) VALUES (2, NULL)', null, null],
  ['the new version, NULL', 'INSERT INTO requests (id, state) VALUES (2, NULL)', null, null],
  ['the old version, the default', `INSERT INTO requests (id, status) VALUES (2, 'NEW')`, 'NEW', 'NEW'],
  ['both', `INSERT INTO requests (id, status, state) VALUES (2, 'a', 'b')`, 'b', 'b'],
];

for (const engine of onServers(import.meta.url, 14, 18))
  test(`the two columns are equal whoever writes, on ${engine}`, () =>
    withCli(engine, {}, async (at) => {
      const { database } = at;
      await database.sql(
        `CREATE TABLE requests (id int PRIMARY KEY, status text DEFAULT 'NEW', other int); INSERT INTO requests VALUES (1, 'was there')`,
      );
      const [expand = ''] = await createThree(at, 'rename', 'requests.status', 'state');
      assert.equal(runScript(database, partsOf(at, expand).there), '');
      for (const [steps, id] of [
        [ON_OLD_ROW, 1],
        [NEW_ROW, 2],
      ] as const)
        for (const [what, sql, status, state] of steps) {
          await database.sql(
            `ALTER TABLE requests DISABLE TRIGGER USER; TRUNCATE requests; INSERT INTO requests VALUES (1, 'was there', 0, NULL); ALTER TABLE requests ENABLE TRIGGER USER`,
          );
          await database.sql(sql);
          assert.deepEqual(
            await database.sql(`SELECT status, state FROM requests WHERE id = ${id}`),
            [[status, state]],
            what,
          );
        }
    }));

const REFUSED: readonly (readonly [make: string, args: readonly string[], said: RegExp])[] = [
  [
    'CREATE VIEW open AS SELECT status FROM requests',
    ['rename', 'requests.status', 'state'],
    /the view public\.open uses it/,
  ],
  [
    `ALTER TABLE requests ADD COLUMN loud text GENERATED ALWAYS AS (upper(status)) STORED`,
    ['change-type', 'requests.status', 'varchar(9)'],
    /the generated column loud uses it/,
  ],
  [
    `CREATE FUNCTION clean() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.status := trim(NEW.status); RETURN NEW; END $$;
CREATE TRIGGER clean BEFORE INSERT ON requests FOR EACH ROW EXECUTE FUNCTION clean()`,
    ['rename', 'requests.status', 'state'],
    /the trigger clean may give it a value/,
  ],
  [
    'CREATE TABLE parts (id int, status text) PARTITION BY LIST (status)',
    ['rename', 'parts.id', 'number'],
    /public\.parts is a partitioned table/,
  ],
  [
    `ALTER TABLE requests ADD CHECK (status ~ '^[A-Z]')`,
    ['change-type', 'requests.status', 'int'],
    /the constraint requests_status_check does not fit the type integer/,
  ],
  [
    'SELECT 1',
    ['change-type', 'requests.status', 'no_such_type'],
    /the type "no_such_type" cannot be used.*does not exist/,
  ],
  ['SELECT 1', ['change-type', 'requests.status', 'text'], /has the type text already/],
  ['SELECT 1', ['rename', 'requests.status', 'id'], /the table has a column id already/],
  ['SELECT 1', ['rename', 'requests.nothing', 'state'], /public\.requests has no column nothing/],
  ['SELECT 1', ['rename', 'nothing.status', 'state'], /the table nothing is not there/],
  ['SELECT 1', ['rename', 'status', 'state'], /"status" is not a column/],
  ['SELECT 1', ['split', 'requests.status', 'state'], /what --expand-contract is to make is not clear/],
];

test('what cannot be carried over is refused by name, and nothing is written', () =>
  withCli(18, {}, async (at) => {
    for (const [make, args, said] of REFUSED) {
      await at.database.sql(
        'DROP TABLE IF EXISTS requests, parts CASCADE; DROP FUNCTION IF EXISTS clean(); CREATE TABLE requests (id int PRIMARY KEY, status text)',
      );
      await at.database.sql(make);
      const run = await at.run(['create', '--expand-contract', ...args]);
      assert.notEqual(run.exit, 0, run.output);
      assert.match(run.said, said);
      assert.match(run.said, /Nothing was written|expected:/);
      assert.deepEqual(existsSync(join(at.folder, 'm')) ? readdirSync(join(at.folder, 'm')) : [], []);
    }
  }));
