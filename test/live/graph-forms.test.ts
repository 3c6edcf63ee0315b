/** The edges of forms of SQL are true: every order that respects them works and makes the same catalog. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMS } from '../footprint/forms/all.ts';
import { onServers } from '../support/on-servers.ts';
import { withDatabase } from '../support/servers.ts';
import { needsOf, ordersOf, outcomeOf, withClient } from './forms-bed.ts';

/** Of many files in few edges there are thousands. */
const ORDERS_MAX = 40;

for (const engine of onServers(import.meta.url, 14, 18))
  for (const [title, forms] of Object.entries(FORMS))
    test(`${title}, PostgreSQL ${engine}`, () =>
      withDatabase(engine, (database) =>
        withClient(database, async (client) => {
          for (const form of forms.filter(({ since = 0 }) => since <= engine)) {
            const [numbered, ...others] = ordersOf(await needsOf(form)).slice(0, ORDERS_MAX);
            const expected = await outcomeOf(client, form, numbered!);
            assert.ok('made' in expected, `${form.what}: ${JSON.stringify(expected)}`);
            for (const order of others)
              assert.deepEqual(await outcomeOf(client, form, order), expected, `${form.what}: ${order.join(', ')}`);
          }
        }),
      ));
