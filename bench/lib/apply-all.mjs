// Every tool applies the same migrations to a database of its own.
import { join } from 'node:path';
import { interleave } from './measure.mjs';
import { checkApplied, writeMigrations } from './migrations.mjs';
import { ours, PEERS } from './tools.mjs';

/** `port`: of a proxy; `only`: names of the variants to run. */
export function applyAll(bed, { count, rounds, port, only }) {
  const folders = writeMigrations(join(bed.folder, `migrations-${count}`), count);
  const variants = allVariants(bed, folders, port).filter(
    (one) => !only || only.some((name) => one.name.startsWith(name)),
  );
  return interleave(
    bed.folder,
    variants.map(({ name, tool, commandOn }) => ({
      name,
      prepare: () => bed.cluster.createDatabase(),
      command: (database) => commandOn(bed.cluster.url(database, port)),
      check: (database) => checkApplied(bed.cluster, database, count, tool),
      finish: (database) => bed.cluster.dropDatabase(database),
    })),
    rounds,
    bed.log,
  );
}

function allVariants(bed, folders) {
  const { bin } = bed.cluster;
  const tools = bed.tools.map(({ name, launcher }) => ({
    name,
    tool: 'ours',
    commandOn: (url) => ours(launcher, folders.ours, url),
  }));
  const peers = bed.peers.map((name) => ({
    name,
    tool: name,
    commandOn: (url) => PEERS[name]({ folder: folders[name], url, bin }),
  }));
  return [...tools, ...peers];
}
