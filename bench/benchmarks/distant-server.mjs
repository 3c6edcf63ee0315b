// The same small migrations with 5 ms more of round-trip time, as between two zones of a cloud.
import { applyAll } from '../lib/apply-all.mjs';
import { startProxy } from '../lib/delay-proxy.mjs';

const ONE_WAY_MS = 2.5;

export const title = 'Small migrations, 5 ms of added round-trip time';
export const target = { tool: 'taskflow-db', beside: 'psql', ratioMax: 0.5 };

export async function run(bed) {
  const proxy = await startProxy(bed.cluster.port, ONE_WAY_MS);
  try {
    const { port } = proxy;
    bed.note(
      `a round trip of SELECT 1 took ${await bed.roundTripMs(port)} ms through the proxy, ${await bed.roundTripMs(bed.cluster.port)} ms without it`,
    );
    return {
      '100 migrations': await applyAll(bed, { count: 100, rounds: bed.rounds(5), port }),
      '1,000 migrations': await applyAll(bed, {
        count: 1000,
        rounds: bed.rounds(1),
        port,
        only: ['taskflow-db', 'psql', 'dbmate'],
      }),
    };
  } finally {
    await proxy.stop();
  }
}
