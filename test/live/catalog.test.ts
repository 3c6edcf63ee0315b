/** A snapshot sees every property of every kind of object, says exactly what differs, and nothing after the way back. */
import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { snapshotText } from '../../src/catalog/canonical.ts';
import { OBJECT_TYPES } from '../../src/catalog/object-types.ts';
import { parseSnapshot } from '../../src/catalog/parse.ts';
import type { Snapshot } from '../../src/catalog/snapshot.ts';
import type { Session } from '../../src/postgres/session.ts';
import { onServers } from '../support/on-servers.ts';
import { createDatabase, server, type TestDatabase, uniqueName } from '../support/servers.ts';
import { type OpenSession, openSession as openClient } from '../support/session.ts';
import { brief, differenceOf, openSession, snapshotOf } from './catalog-bed.ts';
import { mutations } from './catalog-mutations.ts';
import { buildEverything, dropSubscription, type Roles } from './catalog-schema.ts';

/** A label needs a library that gives it meaning, which these servers do not have: see catalog-reading.test.ts. */
const UNSEEN = ['security label', 'transform'];

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`PostgreSQL ${engine}`, () => {
    const roles: Roles = { role: uniqueName('role'), other: uniqueName('other') };
    let database: TestDatabase;
    let base: Snapshot;
    let looking: Session;
    let changing: OpenSession;
    const look = () => snapshotOf(database, { through: looking });

    before(async () => {
      const on = await server(engine);
      await on.sql('postgres', `CREATE ROLE ${roles.role}; CREATE ROLE ${roles.other}`);
      database = await createDatabase(on);
      await buildEverything(database, roles);
      looking = await openSession(database);
      changing = await openClient(database);
      base = await look();
    });

    after(async () => {
      await looking.end();
      await changing.end();
      await dropSubscription(database);
      await database.drop();
      await database.server.sql('postgres', `DROP ROLE ${roles.role}, ${roles.other}`);
    });

    test('every kind of object is in it, and nothing was left out unread', () => {
      const kinds = new Set<string>(base.objects.map(({ type }) => type));
      assert.deepEqual(
        OBJECT_TYPES.filter((type) => !kinds.has(type) && !UNSEEN.includes(type)),
        [],
      );
      assert.deepEqual(base.notChecked, []);
    });

    test('it is the same when it was saved and read', () => {
      assert.deepEqual(parseSnapshot(snapshotText(base), 'x.json'), base);
    });

    test('no secret is in it', () => {
      assert.doesNotMatch(snapshotText(base), /sesame|tell-nobody|hidden value/);
    });

    for (const { change, back, says, since = 0, until = 99 } of mutations(roles, 'DATABASE')) {
      if (engine < since || engine > until) continue;
      test(change.replaceAll(/(role|other)_\d+_\d+/g, '$1'), async () => {
        const run = (sql: string) => changing.query(sql.replaceAll('DATABASE DATABASE', `DATABASE ${database.name}`));
        try {
          await run(change);
          const difference = differenceOf(base, await look());
          await run(back);
          assert.deepEqual(brief(difference), says);
          assert.deepEqual(difference.notes, []);
        } catch (error) {
          // One failure says nothing of the next mutation.
          base = await look();
          throw error;
        }
      });
    }

    // Had one of them left something, the next would have shown it, too.
    test('after all the ways back it is what it was', async () => {
      assert.equal(snapshotText(await snapshotOf(database)), snapshotText(base));
    });
  });
}
