// An application that reads and writes one table by its key at a steady rate, played by pgbench: each transaction is due at its
// time, and one that has to wait behind others counts from then on, so that nothing that was slow is left out.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CLIENTS = 8;
const A_SECOND = 500;
const HOURS = 3600 * 4;
/** pgbench writes its log when so much of it has gathered; behind the end of a phase there must be more. */
const FLUSH_MS = 2000;
const WARM_MS = 5000;

export const LOAD = `${CLIENTS} clients of pgbench, ${A_SECOND} transactions a second in all, four reads of a row by its key to one update of a row by its key`;

const READ = (rows) => `\\set id random(1, ${rows})\nSELECT n FROM item WHERE id = :id;\n`;
const WRITE = (rows) => `\\set id random(1, ${rows})\nUPDATE item SET n = n + 1 WHERE id = :id;\n`;

/**
 * Runs `work` while the application is at work. Returns what work returned, and how long transactions took that were under
 * way meanwhile: `{ result, seconds, reads, writes, all }`, each with p50, p99 and max in milliseconds.
 */
export async function underLoad({ bin, port, database, folder, rows }, work) {
  const pgbench = join(bin, 'pgbench');
  if (!existsSync(pgbench)) throw new Error(`there is no pgbench in ${bin}`);
  const own = mkdtempSync(join(folder, 'load-'));
  writeFileSync(join(own, 'read.sql'), READ(rows));
  writeFileSync(join(own, 'write.sql'), WRITE(rows));
  const args = `-h 127.0.0.1 -p ${port} -U postgres -n -M prepared -c ${CLIENTS} -j 1 -R ${A_SECOND} -T ${HOURS} -f read.sql@4 -f write.sql@1 -l --log-prefix=times`;
  const child = spawn(pgbench, [...args.split(' '), database], { cwd: own, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await Promise.race([sleep(WARM_MS), ended.then(() => Promise.reject(new Error('pgbench ended')))]);
    const from = Date.now();
    const result = await work();
    const to = Date.now();
    await sleep(FLUSH_MS);
    const [reads, writes] = timesIn(own, from, to);
    const all = summary([...reads, ...writes]);
    return { result, seconds: (to - from) / 1000, reads: summary(reads), writes: summary(writes), all };
  } finally {
    child.kill('SIGINT');
    await ended;
  }
}

/** Milliseconds of the transactions, by script, that were under way between the two moments. */
function timesIn(folder, from, to) {
  const found = [[], []];
  for (const name of readdirSync(folder).filter((one) => one.startsWith('times.')))
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      // Client, transaction, microseconds, script, and the end in seconds and microseconds (manual, pgbench, "Per-Transaction Logging").
      const [, , us, script, seconds, micros] = line.split(' ').map(Number);
      if (micros === undefined || Number.isNaN(us)) continue;
      const end = seconds * 1000 + micros / 1000;
      if (end >= from && end - us / 1000 <= to) found[script].push(us / 1000);
    }
  return found;
}

function summary(times) {
  const sorted = times.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
