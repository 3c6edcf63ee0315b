/** What `diff --sql` writes turns one schema into the other and back, kind by kind. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { snapshotText } from '../../src/catalog/canonical.ts';
import { parseSnapshot } from '../../src/catalog/parse.ts';
import { onServers } from '../support/on-servers.ts';
import { type Engine, type TestDatabase, withDatabase } from '../support/servers.ts';
import { snapshotOf } from './catalog-bed.ts';
import { runScript, way } from './script-bed.ts';
import { PAIRS } from './script-kinds.ts';

async function withTwo(engine: Engine, body: (a: TestDatabase, b: TestDatabase) => Promise<void>): Promise<void> {
  await withDatabase(engine, (a) => withDatabase(engine, (b) => body(a, b)));
}

/** One statement at a time, as ALTER TYPE and others ask for it. */
function build(database: TestDatabase, ...texts: (string | undefined)[]): void {
  assert.equal(runScript(database, texts.map((text) => (text ? `${text};\n` : '')).join('')), '');
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`PostgreSQL ${engine}: from one to the other, and back`, () => {
    for (const { kind, both, first, second, says = [], since = 0 } of PAIRS) {
      if (engine < since) continue;
      test(kind, () =>
        withTwo(engine, async (database, other) => {
          build(database, both, first);
          build(other, both, second);
          const [a, b] = [await snapshotOf(database), await snapshotOf(other)];
          const there = await way(database, a, b);
          for (const pattern of says) assert.match(there.sql, pattern);
          assert.deepEqual(there.notWritten, []);
          const back = await way(database, b, await snapshotAgain(a));
          assert.deepEqual(back.notWritten, []);
        }),
      );
    }
  });
}

/** As it comes from a file. */
async function snapshotAgain(snapshot: Awaited<ReturnType<typeof snapshotOf>>) {
  return parseSnapshot(snapshotText(snapshot), 'a.json');
}
