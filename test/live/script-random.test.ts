/**
 * Random schemas: the script from nothing makes each, the script between two makes one of the other. Always the same ones, but
 * in the long tests, which look for what nobody has met; the seed is printed and in every message. TASKFLOW_SCRIPT_SEED
 * takes that one, TASKFLOW_SCRIPT_COUNT tries more of them.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Snapshot } from '../../src/catalog/snapshot.ts';
import { onServers } from '../support/on-servers.ts';
import { server, uniqueName, withDatabase } from '../support/servers.ts';
import { snapshotOf } from './catalog-bed.ts';
import { runScript, way } from './script-bed.ts';
import { randomSchema } from './script-generator.ts';

const COUNT = Number(process.env.TASKFLOW_SCRIPT_COUNT ?? 4);
const isLong = process.env.TASKFLOW_TEST_LONG === '1';
const SEED = Number(process.env.TASKFLOW_SCRIPT_SEED ?? (isLong ? 1 + (Date.now() % 1_000_000) : 1));

for (const engine of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${engine}: ${COUNT} random schemas, from nothing, one from another, and back to nothing`, async (context) => {
    context.diagnostic(`seed ${SEED}`);
    const role = uniqueName('random');
    await (await server(engine)).sql('postgres', `CREATE ROLE ${role}`);
    try {
      for (let seed = SEED; seed < SEED + COUNT; seed++) await tryPair(engine, seed, role);
    } finally {
      await (await server(engine)).sql('postgres', `DROP ROLE ${role}`);
    }
  });
}

async function built(engine: number, seed: number, role: string): Promise<Snapshot> {
  return withDatabase(engine, async (database) => {
    const failed = runScript(database, `${randomSchema(seed, engine, role).join(';\n')};`);
    assert.equal(failed, '', `the generator, seed ${seed}`);
    return snapshotOf(database);
  });
}

async function tryPair(engine: number, seed: number, role: string): Promise<void> {
  const [a, b] = [await built(engine, seed, role), await built(engine, seed + 7_000_000, role)];
  await withDatabase(engine, async (database) => {
    const empty = await snapshotOf(database);
    const steps: [string, Snapshot, Snapshot][] = [
      ['from nothing', empty, a],
      ['from one to another', a, b],
      ['back to nothing', b, empty],
    ];
    for (const [what, before, after] of steps) {
      const about = `${what}, TASKFLOW_SCRIPT_SEED=${seed} TASKFLOW_SCRIPT_COUNT=1`;
      const { notWritten } = await way(database, before, after, { about });
      assert.deepEqual(notWritten, [], about);
    }
  });
}
