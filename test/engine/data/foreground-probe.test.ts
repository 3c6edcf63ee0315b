import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForegroundProbe } from '../../../src/engine/data/signals/foreground-probe.ts';

const about = { relation: '1', table: 'requests', key: ['id'], ignoredReplicas: [] };
const LIMIT = 3;

/** A server whose reads take as long as is said, by a clock that stands still otherwise. */
function bed() {
  const server = { ms: 1, now: 0, reads: 0 };
  const session = {
    query: async (sql: string) => (sql.includes('relpages') ? [{ pages: '10' }] : [{ k0: '1' }, { k0: '2' }]),
    batch: async () => {
      server.now += server.ms;
      server.reads += 1;
      return { results: [] };
    },
  };
  const probe = new ForegroundProbe(session, about, () => server.now);
  const look = async () => {
    server.now += 1000;
    const { readings } = await probe.look(LIMIT);
    return readings[0]?.value ?? assert.fail('no reading');
  };
  return { server, probe, look };
}

test('reads are compared with what they took before the run; a few that are slow count, one does not', async () => {
  const { server, probe, look } = bed();
  server.ms = 10;
  await probe.begin();
  for (let i = 0; i < 10; i++) assert.equal(await look(), 1);
  server.ms = 100;
  assert.equal(await look(), 10);
  server.ms = 10;
  const after = [];
  for (let i = 0; i < 7; i++) after.push(await look());
  assert.deepEqual([after[0], after.at(-1)], [10, 1]);
});

test('three times next to nothing is nothing: less than 5 ms before the run count as 5 ms', async () => {
  const { server, probe, look } = bed();
  server.ms = 0.2;
  await probe.begin();
  server.ms = 2;
  assert.equal(await look(), 0.4);
});

test('what stays slow for a minute is not slow because of the run: that is what later reads are compared with', async () => {
  const { server, probe, look } = bed();
  server.ms = 10;
  await probe.begin();
  server.ms = 100;
  let looks = 0;
  while ((await look()) > LIMIT && looks < 100) looks += 1;
  assert.ok(looks > 40 && looks < 62, `${looks} looks`);
  server.ms = 400;
  await look();
  assert.equal(await look(), 4);
});

test('behind a read that took long, a round has no more of them', async () => {
  const { server, probe, look } = bed();
  await probe.begin();
  const before = server.reads;
  server.ms = 1000;
  await look();
  assert.equal(server.reads, before + 1);
});
