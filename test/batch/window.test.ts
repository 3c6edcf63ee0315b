import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closedText, isOpen, isTimeZone, opensAt, parseWindow, windowsText } from '../../src/batch/window.ts';

const windows = (zone: string, ...texts: string[]) => ({
  zone,
  times: texts.map((text) => parseWindow(text) ?? assert.fail(text)),
});
const at = (text: string) => new Date(text);

test('windows are times of the day; what is none, or has no length, is refused', () => {
  assert.deepEqual(parseWindow('22:00-06:30'), { from: 1320, to: 390 });
  assert.deepEqual(parseWindow(' 0:00 - 24:00 '), { from: 0, to: 1440 });
  for (const text of [
    '',
    '22-6',
    '22:00',
    '25:00-26:00',
    '22:60-23:00',
    '06:00-06:00',
    '24:00-06:00',
    '22:00-24:01',
    'x',
  ])
    assert.equal(parseWindow(text), undefined, text);
  assert.equal(windowsText(windows('UTC', '22:00-06:00', '12:00-13:05')), '22:00-06:00, 12:00-13:05 UTC');
});

test('over midnight: open on both sides, from inclusive, to exclusive', () => {
  const night = windows('UTC', '22:00-06:00');
  const open = ['22:00:00', '23:59:59', '00:00:00', '05:59:59'];
  const closed = ['06:00:00', '12:00:00', '21:59:59'];
  for (const time of open) assert.ok(isOpen(night, at(`2026-03-01T${time}Z`)), time);
  for (const time of closed) assert.ok(!isOpen(night, at(`2026-03-01T${time}Z`)), time);
  assert.equal(opensAt(night, at('2026-03-01T12:00:30Z')).toISOString(), '2026-03-01T22:00:00.000Z');
});

test('by the clocks of the zone that is named, on the night when they go forward and when they go back', () => {
  const night = windows('Europe/Berlin', '02:30-03:30');
  // On 29 March 2026 the clocks go from 02:00 to 03:00, at 01:00 UTC: the first half of the window does not exist.
  assert.equal(opensAt(night, at('2026-03-28T12:00:00Z')).toISOString(), '2026-03-29T01:00:00.000Z');
  assert.ok(!isOpen(night, at('2026-03-29T01:30:00Z')));
  // On 25 October 2026 they go from 03:00 to 02:00, at 01:00 UTC: its first half comes twice, with a gap between.
  assert.equal(opensAt(night, at('2026-10-25T00:00:00Z')).toISOString(), '2026-10-25T00:30:00.000Z');
  assert.ok(!isOpen(night, at('2026-10-25T01:10:00Z')));
  assert.equal(opensAt(night, at('2026-10-25T01:10:00Z')).toISOString(), '2026-10-25T01:30:00.000Z');
});

test('a window within the hour that is skipped opens a day later', () => {
  const skipped = windows('Europe/Berlin', '02:10-02:50');
  assert.equal(opensAt(skipped, at('2026-03-28T12:00:00Z')).toISOString(), '2026-03-30T00:10:00.000Z');
});

test('a closed one says when it opens', () => {
  const night = windows('UTC', '22:00-06:00');
  assert.equal(
    closedText(night, at('2026-03-01T18:50:00Z')),
    'outside of its times (22:00-06:00 UTC); goes on in 3 h 10 min',
  );
  assert.equal(closedText(night, at('2026-03-01T23:00:00Z')), undefined);
  assert.equal(closedText({ times: [], zone: 'UTC' }, at('2026-03-01T23:00:00Z')), undefined);
});

test('what opensAt names is open and the first such minute, in any zone, at any time of any year', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
  const time = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) });
  fc.assert(
    fc.property(minute, minute, zone, time, (from, to, name, ms) => {
      fc.pre(from !== to);
      const these = { times: [{ from, to }], zone: name };
      const opens = opensAt(these, new Date(ms));
      assert.ok(isOpen(these, opens));
      if (opens.getTime() !== ms) assert.ok(!isOpen(these, new Date(opens.getTime() - 1)));
    }),
    { numRuns: 40 },
  );
});

test('a zone is one that the runtime knows', () => {
  assert.deepEqual(['UTC', 'Europe/Berlin', 'Mars/Base', ''].map(isTimeZone), [true, true, false, false]);
});
