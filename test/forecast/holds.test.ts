/** How long a table is held up: from the lock to the end of its transaction. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForecastLock } from '../../src/forecast/forecast.ts';
import { holdsOf, type PlacedStatement } from '../../src/forecast/holds.ts';
import type { TimeClass } from '../../src/forecast/time-class.ts';

function lock(relation: string, stalls: ForecastLock['stalls'], more: Partial<ForecastLock> = {}): ForecastLock {
  const name = { schema: 'public', name: relation };
  const rest = { table: null, mode: 'ShareLock', lock: 'SHARE', blocks: '', rows: 1, bytes: 1, isNew: false } as const;
  return { name, relation, stalls, ...rest, ...more };
}

let lines = 0;
function at(time: TimeClass, ...locks: ForecastLock[]): PlacedStatement {
  lines += 1;
  return { version: '002', statement: { line: lines, time, locks, forms: [] } };
}

const brief = (transactions: PlacedStatement[][]) =>
  holdsOf(transactions).map(
    ({ relation, stalls, time, goesOn }) => `${relation}: ${stalls}, ${time}${goesOn ? ' ...' : ''}`,
  );

const BOTH = 'reads and writes';

test('a lock that is taken for an instant is held as long as what comes behind it takes', () => {
  assert.deepEqual(brief([[at('an instant', lock('a', BOTH)), at('minutes')]]), ['a: reads and writes, minutes ...']);
  assert.deepEqual(brief([[at('minutes'), at('an instant', lock('a', BOTH))]]), ['a: reads and writes, an instant']);
});

test('it ends with its transaction', () => {
  assert.deepEqual(brief([[at('an instant', lock('a', BOTH))], [at('hours')]]), ['a: reads and writes, an instant']);
});

test('what nobody waits for is none', () => {
  assert.deepEqual(brief([[at('hours', lock('a', null), lock('b', BOTH, { isNew: true }))]]), []);
});

test('a lock on an index counts for its table', () => {
  assert.deepEqual(brief([[at('seconds', lock('i', BOTH, { table: 'a' }))]]), ['a: reads and writes, seconds']);
});

test('the longest of each table, the worst first; writes are not told where reads wait as long', () => {
  const found = brief([
    [at('an instant', lock('a', 'writes')), at('seconds', lock('a', BOTH))],
    [at('hours', lock('b', 'writes'))],
    [at('unknown', lock('c', 'writes'))],
    [at('seconds', lock('b', BOTH))],
  ]);
  assert.deepEqual(found, [
    'c: writes, unknown',
    'b: writes, hours',
    'a: reads and writes, seconds',
    'b: reads and writes, seconds',
  ]);
});
