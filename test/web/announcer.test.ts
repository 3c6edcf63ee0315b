import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Announcer } from '../../src/web/announcer.ts';
import type { Feed, FeedEvent } from '../../src/web/feed.ts';

function bed() {
  const said: string[] = [];
  const at = { now: 0, spentMs: 0 };
  const publish = ({ event, data }: FeedEvent) => {
    const { seq, runId } = data as { seq?: number; runId?: string | null };
    said.push([event, seq, runId].filter((part) => part !== undefined).join(' '));
  };
  const announcer = new Announcer(
    { publish } as Feed,
    () => at.spentMs,
    () => at.now,
  );
  return { announcer, at, taken: () => said.splice(0) };
}

test('while no run is at work all is said at once; that one begins and ends, too', () => {
  const { announcer, taken } = bed();
  announcer.changed({ seq: 1, runId: null });
  announcer.changed({ seq: 2, runId: null });
  announcer.changed({ seq: 3, runId: 'a' });
  assert.deepEqual(taken(), ['changed 1 ', 'changed 2 ', 'changed 3 a']);
  announcer.changed({ seq: 4, runId: 'a' });
  assert.deepEqual(taken(), []);
  announcer.changed({ seq: 5, runId: null });
  assert.deepEqual(taken(), ['changed 5 ']);
});

test('while a run is at work the last change is said once a second, and more rarely the longer the answers take', () => {
  const { announcer, at, taken } = bed();
  announcer.changed({ seq: 1, runId: 'a' });
  at.spentMs = 30;
  for (let seq = 2; seq <= 10; seq++) {
    at.now += 100;
    announcer.changed({ seq, runId: 'a' });
  }
  assert.deepEqual(taken(), ['changed 1 a']);
  at.now = 1000;
  announcer.goOn();
  assert.deepEqual(taken(), ['changed 10 a']);
  at.spentMs += 300;
  announcer.changed({ seq: 11, runId: 'a' });
  at.now = 3900;
  announcer.goOn();
  assert.deepEqual(taken(), []);
  at.now = 4000;
  announcer.goOn();
  announcer.goOn();
  assert.deepEqual(taken(), ['changed 11 a']);
  at.spentMs += 60_000;
  announcer.changed({ seq: 12, runId: 'a' });
  at.now = 9000;
  announcer.goOn();
  assert.deepEqual(taken(), ['changed 12 a'], 'never so rarely that somebody wonders');
  announcer.away('gone');
  announcer.changed({ seq: 13, runId: 'a' });
  assert.deepEqual(taken(), ['away', 'changed 13 a']);
});

test('a data migration that moves is told of once a second', () => {
  const { announcer, at, taken } = bed();
  announcer.moved();
  announcer.moved();
  assert.deepEqual(taken(), ['data']);
  at.now = 1000;
  announcer.goOn();
  announcer.goOn();
  assert.deepEqual(taken(), ['data']);
});
