import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationFault, isDurationUnit, parseDuration } from '../../src/problem/duration.ts';

test('durations are read as PostgreSQL reads its timeouts', () => {
  const cases: [string | number, number][] = [
    ['250ms', 250],
    ['10s', 10_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['0', 0],
    [1500, 1500],
    ['1500', 1500],
    ['1.5s', 1500],
    [' 2 s ', 2000],
    ['100us', 1],
    ['2147483647', 2_147_483_647],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, String(text));
});

test('what PostgreSQL would refuse is not a duration', () => {
  for (const text of ['', 's', '5m', '5 minutes', '-1s', '1,5s', '1e3', '25d', 'none', -1, Number.NaN, 1e21]) {
    assert.equal(parseDuration(text), undefined, String(text));
  }
});

test('of what is no duration it is said what is wrong, where that can be told', () => {
  const faults: [string, RegExp | undefined][] = [
    ['-1', /cannot be negative/],
    ['-5s', /cannot be negative/],
    ['10m', /written min: 10min$/],
    ['2 minutes', /written min: 2min$/],
    ['1.5 Hours', /written h: 1\.5h$/],
    ['5sec', /written s: 5s$/],
    ['10S', /written s: 10s$/],
    ['99d', /longer than 24 days/],
    ['soon', undefined],
    ['5 apples', undefined],
    ['3 constructor', undefined],
    ['', undefined],
  ];
  for (const [text, says] of faults) {
    if (says) assert.match(durationFault(text) ?? '', says, text);
    else assert.equal(durationFault(text), undefined, text);
  }
  assert.deepEqual(['min', 'minutes', 'S', 'autovacuum'].map(isDurationUnit), [true, true, true, false]);
});
