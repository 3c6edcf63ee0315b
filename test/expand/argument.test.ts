import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandArguments } from '../../src/expand/argument.ts';

test('names are read as SQL reads them', () => {
  assert.deepEqual(expandArguments(['rename', 'Public.Requests."Old one"', 'State']), {
    schema: 'public',
    table: 'requests',
    column: 'Old one',
    request: { kind: 'rename', to: 'state' },
  });
  assert.deepEqual(expandArguments(['change-type', 'requests.status', ' character varying(9)']), {
    schema: undefined,
    table: 'requests',
    column: 'status',
    request: { kind: 'change-type', to: 'character varying(9)' },
  });
});

test('what is no column, no name or no request is refused', () => {
  for (const words of [
    [],
    ['rename', 'requests.status'],
    ['rename', 'status', 'state'],
    ['rename', 'a.b.c.d', 'state'],
    ['rename', 'requests.status', 'state.x'],
    ['rename', 'requests. status x', 'state'],
    ['change-type', 'requests.status', 'character', 'varying'],
    ['set-not-null', 'requests.status', 'x'],
  ])
    assert.throws(() => expandArguments(words), { code: 'usage' });
});
