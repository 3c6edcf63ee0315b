// What a run costs that finds nothing to do: `migrate` over 1,000 applied files, and `status` of the TaskFlow database.
import { join } from 'node:path';
import { interleave, runOnce } from '../lib/measure.mjs';
import { writeMigrations } from '../lib/migrations.mjs';
import { ours, PEERS } from '../lib/tools.mjs';

export const title = 'Nothing to do';

const BARE = { name: 'node -e 0', command: () => ({ command: [process.execPath, '-e', '0'] }) };

export async function run(bed) {
  return {
    'migrate, 1,000 applied files, loopback': await migrateAgain(bed, 1000),
    'status, TaskFlow database, unix socket': await statusOfTaskflow(bed),
  };
}

export const targets = [
  { table: 'migrate, 1,000 applied files, loopback', tool: 'taskflow-db', overBareNodeMs: 60 },
  { table: 'status, TaskFlow database, unix socket', tool: 'taskflow-db', overBareNodeMs: 35 },
];

async function migrateAgain(bed, count) {
  const folders = writeMigrations(join(bed.folder, `migrations-${count}`), count);
  const ready = new Map();
  const variants = [BARE];
  for (const [name, commandOn] of toolsAndPeers(bed, folders)) {
    const database = await bed.cluster.createDatabase();
    ready.set(name, database);
    await runOnce(bed.folder, commandOn(bed.cluster.url(database)));
    variants.push({ name, command: () => commandOn(bed.cluster.url(database)) });
  }
  const rows = await interleave(bed.folder, variants, bed.rounds(15), bed.log);
  for (const database of ready.values()) await bed.cluster.dropDatabase(database);
  return rows;
}

function toolsAndPeers(bed, folders) {
  const { bin } = bed.cluster;
  return [
    ...bed.tools.map(({ name, launcher }) => [name, (url) => ours(launcher, folders.ours, url)]),
    // psql keeps no record: it would apply everything again.
    ...bed.peers
      .filter((name) => name !== 'psql')
      .map((name) => [name, (url) => PEERS[name]({ folder: folders[name], url, bin })]),
  ];
}

async function statusOfTaskflow(bed) {
  const folder = join(bed.root, 'database/migrations');
  const database = await bed.cluster.createDatabase();
  const { port, socketFolder } = bed.cluster;
  const url = `postgres://postgres@/${database}?host=${encodeURIComponent(socketFolder)}&port=${port}`;
  const command = ({ launcher }, words) => ours(launcher, folder, url, [...words, '--dir', folder]);
  await runOnce(bed.folder, command(bed.tools[0], ['migrate']));
  const variants = [BARE, ...bed.tools.map((tool) => ({ name: tool.name, command: () => command(tool, ['status']) }))];
  const rows = await interleave(bed.folder, variants, bed.rounds(25), bed.log);
  await bed.cluster.dropDatabase(database);
  return rows;
}
