/** The edges of bodies, labels, rows and cascades are true: every order that respects them works and makes the same catalog. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECLARATIONS, PARAMETERS } from '../footprint/body-cases.ts';
import { CASCADES } from '../footprint/cascades.ts';
import { FILES, NOT_ON_LABEL, ON_LABEL } from '../footprint/label-cases.ts';
import { INHERITED, ROWS } from '../footprint/row-cases.ts';
import { withDatabase } from '../support/servers.ts';
import { needsOf, ordersOf, outcomeOf, withClient } from './forms-bed.ts';

const FORMS: Readonly<Record<string, readonly (readonly [what: string, files: readonly string[], ...unknown[]])[]>> = {
  bodies: [...DECLARATIONS, ...PARAMETERS],
  labels: Object.entries({ ...ON_LABEL, ...NOT_ON_LABEL }).map(([what, sql]) => [what, [...FILES, sql]]),
  // The client of these tests sends no rows behind COPY.
  rows: [...ROWS, ...INHERITED].filter(([what]) => what !== 'COPY'),
  cascades: CASCADES.map(({ what, files, drop }) => [what, [...files, drop]]),
};

/** Of many files in few edges there are thousands. */
const ORDERS_MAX = 30;

for (const [title, forms] of Object.entries(FORMS))
  test(title, () =>
    withDatabase(18, (database) =>
      withClient(database, async (client) => {
        for (const [what, files] of forms) {
          const form = { what, files, edges: [] };
          const [numbered, ...others] = ordersOf(await needsOf(form)).slice(0, ORDERS_MAX);
          const expected = await outcomeOf(client, form, numbered!);
          assert.ok('made' in expected, `${what}: ${JSON.stringify(expected)}`);
          for (const order of others)
            assert.deepEqual(await outcomeOf(client, form, order), expected, `${what}: ${order.join(', ')}`);
        }
      }),
    ),
  );
