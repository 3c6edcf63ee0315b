import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAtRest, possibleEvents, RUN_EVENTS, RUN_STATES, TRANSITIONS, transition } from '../../src/batch/states.ts';

test('a state and an event lead to one state, with a reason', () => {
  const keys = TRANSITIONS.map(({ from, event }) => `${from} ${event}`);
  assert.equal(new Set(keys).size, keys.length);
  for (const { from, event, reason } of TRANSITIONS) assert.ok(reason.length > 10, `${from} ${event}`);
});

test('from the queue every state can be reached, and every event happens somewhere', () => {
  const reached = new Set(['queued']);
  for (let round = 0; round < RUN_STATES.length; round++)
    for (const { from, to } of TRANSITIONS) if (reached.has(from)) reached.add(to);
  assert.deepEqual([...reached].sort(), [...RUN_STATES].sort());
  assert.deepEqual([...new Set(TRANSITIONS.map(({ event }) => event))].sort(), [...RUN_EVENTS].sort());
});

test('no state is a trap: from each a person or a worker can lead it on, and a run that is wanted can succeed', () => {
  for (const state of RUN_STATES) assert.ok(possibleEvents(state).length > 0, state);
  const wins = new Set(['succeeded']);
  for (let round = 0; round < RUN_STATES.length; round++)
    for (const { from, to } of TRANSITIONS) if (wins.has(to)) wins.add(from);
  assert.deepEqual([...wins].sort(), [...RUN_STATES].sort());
});

test('what is over is not paused, resumed or taken up again by itself', () => {
  for (const state of ['cancelled', 'failed', 'succeeded'] as const) {
    assert.ok(isAtRest(state), state);
    for (const event of ['start', 'pause', 'resume', 'succeed', 'leave'] as const)
      assert.equal(transition(state, event), undefined, `${state} ${event}`);
  }
});

test('a run whose worker was killed while it was pausing is paused, not stuck', () => {
  assert.equal(transition('pausing', 'leave')?.to, 'paused');
  assert.equal(transition('running', 'leave')?.to, 'interrupted');
  assert.equal(transition('interrupted', 'start')?.to, 'running');
  assert.deepEqual(RUN_STATES.filter(isAtRest), ['paused', 'cancelled', 'failed', 'succeeded']);
});
