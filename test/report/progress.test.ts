import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProgressLine } from '../../src/report/progress.ts';

/** What a terminal of one line shows after these writes: rewritten lines and the rows left above. */
function screen(writes: readonly string[]): string[] {
  const rows = [''];
  for (const char of writes.join('').replaceAll('\u001b[K', '\u0001')) {
    if (char === '\n') rows.push('');
    else if (char === '\u0001') rows[rows.length - 1] = '';
    else if (char !== '\r') rows[rows.length - 1] += char;
  }
  return rows;
}

function setUp(isTty: boolean, width = 20) {
  const writes: string[] = [];
  const clock = { now: 0 };
  const line = createProgressLine({ isTty, width, write: (text) => writes.push(text) }, () => clock.now, 50);
  return { writes, clock, line };
}

test('the line is rewritten, what is written above it stays, and in the end it is gone', () => {
  const { writes, clock, line } = setUp(true);
  line.show('1 of 9');
  clock.now = 60;
  line.show('2 of 9');
  line.above('note');
  assert.deepEqual(screen(writes), ['note', '2 of 9']);
  line.clear();
  assert.deepEqual(screen(writes), ['note', '']);
});

test('it is drawn at most once per interval and never wider than the terminal', () => {
  const { writes, clock, line } = setUp(true);
  for (let step = 0; step < 100; step++, clock.now++) line.show(`${step} ${'x'.repeat(50)}`);
  assert.equal(writes.length, 2);
  for (const row of screen(writes)) assert(row.length < 20);
});

test('off a terminal only what stays is written', () => {
  const { writes, line } = setUp(false);
  line.show('1 of 9');
  line.above('note');
  line.clear();
  assert.deepEqual(writes, ['note\n']);
});
