// The conditions of a run: without them its numbers mean little.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { spreadOf } from './measure.mjs';

export function machine(folder, cluster) {
  const [first] = cpus();
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    processor: `${cpus().length} × ${first?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    postgresql: cluster.version,
    fsyncMs: fsyncMs(folder),
    loadBefore: loadavg().map((one) => Math.round(one * 10) / 10),
  };
}

/** How long the disk takes to hold 8 kB for good: the floor of every commit. */
function fsyncMs(folder) {
  const path = join(folder, 'fsync-probe');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 40 }, () => {
    const begun = performance.now();
    writeSync(file, page, 0, page.length, 0);
    fsyncSync(file);
    return performance.now() - begun;
  });
  closeSync(file);
  rmSync(path);
  return spreadOf(times);
}
