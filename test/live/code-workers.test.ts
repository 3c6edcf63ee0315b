import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { until } from './group-bed.ts';

const ROWS = 6_000;

/** Numbers, of which code makes others. */
const NUMBERS = `CREATE TABLE numbers (id bigint PRIMARY KEY, made text, n integer NOT NULL DEFAULT 0);
INSERT INTO numbers (id) SELECT i FROM generate_series(1, ${ROWS}) AS i;
-- ROLLBACK:
-- DROP TABLE numbers;
`;

function numbers(code: string, headers = ''): Files {
  return {
    'm/001_numbers.sql': NUMBERS,
    'm/002_make.mjs': `// Kind: data
// Batch: numbers by id
// Columns: n
// Writes: made, n
// Background: yes
${headers}
import { createHash } from 'node:crypto';

export async function batch(rows, context) {
  ${code}
  return rows.map(({ id, n }) => ({ id, n: n + 1, made: createHash('md5').update(id).digest('hex') }));
}
// ROLLBACK:
// UPDATE numbers SET made = NULL, n = 0 WHERE :batch;
`,
  };
}

/** Computes for so long. */
const COMPUTE = (ms: number) => `for (const end = Date.now() + ${ms}; Date.now() < end; ) createHash('md5');`;
const MADE = `SELECT n, count(*), count(*) FILTER (WHERE made = md5(id::text)) FROM numbers GROUP BY n ORDER BY n`;
const ALL = [['1', String(ROWS), String(ROWS)]];

/** Starts `data run` with two workers, and waits until they have a range each. */
async function started(at: DatabaseWorkplace) {
  const working = "SELECT DISTINCT worker FROM schema_data_ranges WHERE state = 'open' AND worker IS NOT NULL";
  const before = (await at.database.sql(working)).flat();
  const run = at.start(['data', 'run', '--workers', '2']);
  await until('both are at work', async () => {
    const now = (await at.database.sql(working)).flat();
    return now.filter((worker) => !before.includes(worker)).length === 2;
  });
  return run;
}

test('four workers of one process compute at once, and make what one makes; their lines are told when one fails', () =>
  withCli(18, numbers(COMPUTE(5), '// Chunk: 20\n// Target: 200ms'), async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    const { exit, output } = await at.run(['data', 'run', '--workers', '4']);
    assert.equal(exit, 0, output);
    assert.deepEqual(await at.database.sql(MADE), ALL);
    const [[workers] = []] = await at.database.sql('SELECT count(DISTINCT worker) FROM schema_data_batches');
    assert.equal(workers, '4');
    assert.equal((await at.run(['rollback', '--yes'])).exit, 0);

    const throws = "if (rows.some(({ id }) => id === '2345')) throw new RangeError('not that one');";
    at.write(numbers(throws));
    assert.equal((await at.run(['migrate'])).exit, 0);
    const failed = await at.run(['data', 'run', '--workers', '4']);
    assert.equal(failed.exit, 1);
    assert.match(failed.said, /code-failed\]: 002_make: its code failed: not that one .*002_make\.mjs:10:/);
    assert.match(failed.said, /in the row with id = 2345/);
  }));

test('code that computes for ever is cancelled, and paused behind its batch; killed, its workers are replaced', () =>
  withCli(14, numbers(COMPUTE(300), '// Chunk: 100\n// Target: 100ms'), async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    const killed = await started(at);
    killed.child.kill('SIGKILL');
    await killed.finished;
    const paused = await started(at);
    assert.equal((await at.run(['data', 'pause', '002'])).exit, 0);
    await until('it is paused', async () => (await at.run(['data', 'status', '002'])).stdout.includes('paused'));
    assert.equal((await at.run(['data', 'cancel', '002'])).exit, 0);
    assert.equal((await paused.finished).exit, 1);
    await at.database.sql('UPDATE numbers SET made = NULL, n = 0');

    at.write(numbers('for (;;);'));
    assert.equal((await at.run(['data', 'retry', '002', '--from-start'])).exit, 0);
    const endless = await started(at);
    const asked = performance.now();
    assert.equal((await at.run(['data', 'cancel', '002'])).exit, 0);
    const { exit, said } = await endless.finished;
    assert.equal(exit, 1);
    assert.match(said, /002_make was cancelled meanwhile/);
    assert.ok(performance.now() - asked < 20_000, `it took ${performance.now() - asked} ms`);
    assert.deepEqual(await at.database.sql(MADE), [['0', String(ROWS), '0']]);
  }));

test('a call that computes beyond its time, and a thread that ends, are failures that are told and go on record', () =>
  withCli(18, numbers('for (;;);', '// Call-Timeout: 300ms\n// Retries: 1'), async (at) => {
    assert.equal((await at.run(['migrate'])).exit, 0);
    const slow = await at.run(['data', 'run']);
    assert.equal(slow.exit, 1);
    assert.match(slow.said, /its code failed: a call took longer than 300 ms/);

    at.write(numbers("if (rows.some(({ id }) => id === '777')) process.exit(3);"));
    assert.equal((await at.run(['data', 'retry', '002', '--changed'])).exit, 0);
    const ended = await at.run(['data', 'run']);
    assert.equal(ended.exit, 1);
    assert.match(ended.said, /its code failed: its thread has ended with status 3 .*in the row with id = 777/);

    at.write(
      numbers(
        "setTimeout(() => { throw new TypeError('nobody waited for it'); }); await new Promise((r) => setTimeout(r, 200));",
      ),
    );
    assert.equal((await at.run(['data', 'retry', '002', '--changed'])).exit, 0);
    const astray = await at.run(['data', 'run']);
    assert.equal(astray.exit, 1);
    assert.match(astray.said, /its code failed: nobody waited for it/);

    at.write(numbers(''));
    assert.equal((await at.run(['data', 'retry', '002', '--changed'])).exit, 0);
    assert.equal((await at.run(['data', 'run'])).exit, 0);
    assert.deepEqual(await at.database.sql(MADE), ALL);
  }));
