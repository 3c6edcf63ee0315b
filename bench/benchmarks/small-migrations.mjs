// 100 and 1,000 small migrations on an empty database, by loopback TCP.
import { applyAll } from '../lib/apply-all.mjs';

export const title = 'Small migrations, loopback';
export const target = { tool: 'taskflow-db', beside: 'psql', ratioMax: 1.0 };

export async function run(bed) {
  return {
    '100 migrations': await applyAll(bed, { count: 100, rounds: bed.rounds(9) }),
    '1,000 migrations': await applyAll(bed, { count: 1000, rounds: bed.rounds(3) }),
  };
}
