import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copiedBytes } from '../../src/backup/estimate.ts';
import type { RunEvent } from '../../src/report/events.ts';
import { createProgressLog } from '../../src/report/progress-log.ts';
import { createProgressText } from '../../src/report/progress-text.ts';

/** A copy of 4 GB that has taken so long, half a GB a second. */
function copying(ms: number): RunEvent {
  const total = 4 * 1024 ** 3;
  const done = (ms / 8000) * 100;
  const step = { version: '002_drop', step: 1, steps: 1, unit: 'blocks', waitsFor: null } as const;
  const bytes = copiedBytes(done / 100, total, ms);
  return { kind: 'progress', ...step, phase: 'copying public.big', done, total: 100, bytes };
}

function heard(isTty: boolean, at: readonly number[]): string[] {
  const clock = { ms: 0 };
  const log = createProgressLog({ isTty }, () => clock.ms, 2500);
  const text = createProgressText();
  return at.flatMap((ms) => {
    clock.ms = ms;
    const event = copying(ms);
    return log.linesOf(event, text(event));
  });
}

test('a copy of a large table says in a log, now and then, how far it is: share, bytes, rate and time that is left', () => {
  assert.deepEqual(heard(false, [1000, 2000, 3000, 4000, 5000, 6000, 7000]), [
    '  002_drop: 37 %, copying public.big (1.5 GB of 4 GB, 512 MB/s, 5.0 s left)',
    '  002_drop: 75 %, copying public.big (3 GB of 4 GB, 512 MB/s, 2.0 s left)',
  ]);
});

test('on a terminal the progress line says it, and no line stays', () => {
  assert.deepEqual(heard(true, [1000, 4000, 7000]), []);
});

test('other progress moves nothing but the line', () => {
  const log = createProgressLog({ isTty: false }, () => 1e9, 0);
  const event = { ...copying(1000), bytes: undefined } as unknown as RunEvent;
  assert.deepEqual(log.linesOf(event, 'x'), []);
});
