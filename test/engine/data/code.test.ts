import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Calls } from '../../../src/engine/data/code/calls.ts';
import { carried, thrownOf } from '../../../src/engine/data/code/carried.ts';
import type { CodeColumns } from '../../../src/engine/data/code/code-rows.ts';
import { stripTypes } from '../../../src/engine/data/code/strip-types.ts';
import { classOf, placeInCode, retryAfterMs, textOf } from '../../../src/engine/data/code/thrown.ts';
import { Turns } from '../../../src/engine/data/code/turns.ts';
import { type CodeRow, readUpdates, WrongUpdate } from '../../../src/engine/data/code/updates.ts';
import { formOf, textOfValue, textsParameter } from '../../../src/engine/data/code/values.ts';
import type { CodeSpec } from '../../../src/migration/data-spec.ts';
import { parseMigration } from '../../../src/migration/parse.ts';

const error = (fields: object) => Object.assign(new Error('x'), fields);

test('errors are told apart by what the thrower says, the network, and the status of HTTP', () => {
  const passes = { kind: 'passes', afterMs: undefined };
  assert.deepEqual(classOf(error({ code: 'ECONNREFUSED' })), passes);
  assert.deepEqual(classOf(new TypeError('fetch failed', { cause: error({ code: 'UND_ERR_SOCKET' }) })), passes);
  assert.deepEqual(classOf(error({ statusCode: 503 })), passes);
  assert.deepEqual(classOf(error({ retryable: true, afterMs: 7 })), { kind: 'passes', afterMs: 7 });
  const headers = new Headers({ 'Retry-After': '3' });
  assert.deepEqual(classOf(error({ status: 429, headers })), { kind: 'passes', afterMs: 3000 });
  assert.deepEqual(classOf(error({ response: { status: 429, headers: { 'retry-after': '2' } } })), {
    kind: 'passes',
    afterMs: 2000,
  });
  assert.equal(classOf(error({ status: 401 })).kind, 'service');
  for (const thrown of [error({ status: 400 }), new TypeError('x is undefined'), 'a text', undefined])
    assert.equal(classOf(thrown).kind, 'rows');
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(retryAfterMs('120', now), 120_000);
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:05 GMT', now), 5000);
  assert.equal(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  for (const value of ['soon', null]) assert.equal(retryAfterMs(value, now), undefined);
});

test('types are replaced by blanks, so that a stack names the line and column of the file', () => {
  const text = 'interface A { a: string }\nconst f = (a: A): string => a.a!;\nexport { f };\n';
  const stripped = stripTypes(text, 'x.ts');
  assert.equal(stripped.split('\n')[1], 'const f = (a   )         => a.a ;');
  assert.throws(() => stripTypes('enum A { b }', 'x.ts'));
});

const MIGRATION = parseMigration({
  file: 'm/001_x.mjs',
  stem: '001_x',
  bytes: Buffer.from('// Kind: data\n// Batch: t by id\n// Writes: v\nexport const batch = () => {\n  throw 1;\n};\n'),
});

test('the place is that of the first line of the stack that is one of the file', () => {
  const thrown = error({
    stack: 'Error: x\n    at f (file:///other.mjs:9:9)\n    at batch (file:///m/001_x.mjs?a=b:5:3)',
  });
  assert.deepEqual(placeInCode(thrown, MIGRATION, 'file:///m/001_x.mjs?a=b'), {
    file: 'm/001_x.mjs',
    line: 5,
    column: 3,
    lineText: '  throw 1;',
  });
  assert.deepEqual(placeInCode('a text', MIGRATION, 'file:///m/001_x.mjs'), { file: 'm/001_x.mjs' });
  assert.equal(textOf(new TypeError('fetch failed', { cause: new Error('refused') })), 'fetch failed (refused)');
});

test('values are written as their type reads them', () => {
  const written: readonly [unknown, Parameters<typeof textOfValue>[1], string | null | undefined][] = [
    ['a"b', 'text', 'a"b'],
    ['a', 'json', '"a"'],
    [null, 'json', null],
    [{ a: [1] }, 'json', '{"a":[1]}'],
    [[1, 2.5], 'text', '[1,2.5]'],
    [new Float32Array([1, 0.5]), 'text', '[1,0.5]'],
    [[1, [2]], 'array', '{"1",{"2"}}'],
    [['a\\"', null], 'array', '{"a\\\\\\"",NULL}'],
    [12n, 'number', '12'],
    [false, 'boolean', 'false'],
    [Buffer.from([255]), 'bytes', '\\xff'],
    [new Date(0), 'text', '1970-01-01T00:00:00.000Z'],
    [undefined, 'text', undefined],
    [() => 1, 'json', undefined],
  ];
  for (const [value, form, text] of written) assert.equal(textOfValue(value, form), text);
  assert.equal(formOf('_text', 'A'), 'array');
  assert.equal(textsParameter(['a,"', null, '']), '{"a,\\"",NULL,""}');
});

const COLUMNS: CodeColumns = {
  key: [{ name: 'id', type: 'pg_catalog.int4', form: 'number' }],
  read: [],
  written: [{ name: 'v', type: 'pg_catalog.text', form: 'text' }],
};
const ROWS: CodeRow[] = [1, 2].map((id) => ({ key: [String(id)], seen: `s${id}`, row: { id } }));

test('updates are found by their key or their row, and what cannot be written is refused in words', () => {
  const two = [{ key: ['2'], seen: 's2', values: ['x'] }];
  assert.deepEqual(readUpdates(ROWS, [{ id: 2, v: 'x' }], COLUMNS), two);
  assert.deepEqual(readUpdates(ROWS, new Map([[ROWS[1]?.row, { v: 'x' }]]), COLUMNS), two);
  assert.deepEqual(readUpdates(ROWS, [], COLUMNS), []);
  const wrong: readonly [unknown, RegExp][] = [
    [undefined, /it gave back nothing, not a list or a map/],
    [[{ id: 3, v: 'x' }], /whose id is that of none of its rows: 3/],
    [[{ id: 1 }], /it gave back nothing as v of the row 1/],
    [[{ id: 1, v: 'x', w: 1 }], /it gave back w, which the header Writes does not name/],
    [[1, 1].map((id) => ({ id, v: 'x' })), /two updates of the row 1/],
    [[null], /none of its rows/],
    [new Map([[{ id: 1 }, { v: 'x' }]]), /none of the rows that it was given/],
  ];
  for (const [given, message] of wrong) assert.throws(() => readUpdates(ROWS, given, COLUMNS), message);
});

const SPEC: CodeSpec = {
  language: 'mjs',
  columns: [],
  writes: ['v'],
  chunk: 2,
  concurrency: 3,
  perSecond: undefined,
  retries: 1,
  callTimeoutMs: 50,
};
const FIVE = [1, 2, 3, 4, 5].map((id) => ({ id }));
const none = new AbortController().signal;

test('calls are made in chunks, at most so many at a time, and their results come in the order of the rows', async () => {
  let atOnce = 0;
  let most = 0;
  const calls = new Calls<object, number>(
    async (rows) => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce--;
      return [rows.length];
    },
    { ...SPEC, concurrency: 2 },
    new Turns(undefined),
  );
  const sizes = await calls.all(FIVE, none);
  assert.deepEqual(sizes, [2, 2, 1]);
  assert.equal(most, 2);
});

test('a call that hangs is over when its time is, is repeated, and fails in the end; the others are told to stop', async () => {
  const attempts: number[] = [];
  const hang = new Calls<{ id: number }, never>(
    async (rows, attempt) => {
      if (rows[0]?.id !== 1) return [];
      attempts.push(attempt);
      return new Promise<never>(() => {});
    },
    SPEC,
    new Turns(undefined),
  );
  await assert.rejects(hang.all(FIVE, none), { name: 'TimeoutError' });
  assert.deepEqual(attempts, [1, 2]);
  const signals: AbortSignal[] = [];
  const broken = new Calls<object, never>(
    async (rows, _, signal) => {
      if (rows.length === 1) throw new Error('the last');
      signals.push(signal);
      return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    { ...SPEC, callTimeoutMs: 60_000 },
    new Turns(undefined),
  );
  await assert.rejects(broken.all(FIVE, none), /the last/);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  );
});

test('what is thrown comes out of its thread with its name, message, place and class', () => {
  const thrown: readonly unknown[] = [
    new RangeError('too far'),
    new TypeError('fetch failed', { cause: error({ code: 'ECONNRESET' }) }),
    error({ retryable: true, afterMs: 7 }),
    error({ response: { status: 429, headers: { 'retry-after': '2' } } }),
    error({ statusCode: 503 }),
    error({ status: 401 }),
    { status: 404 },
    'a text',
    undefined,
  ];
  for (const one of thrown) {
    const arrived = thrownOf(structuredClone(carried(one)));
    assert.deepEqual(classOf(arrived), classOf(one));
    assert.equal(textOf(arrived), textOf(one));
    if (one instanceof Error) assert.deepEqual([arrived.name, arrived.stack], [one.name, one.stack]);
  }
  assert.ok(thrownOf(carried(new WrongUpdate('x'))) instanceof WrongUpdate);
});

test('the workers of one process share its rate', async () => {
  const turns = new Turns(100);
  const begun = performance.now();
  const calls = [1, 2].map(() => new Calls<object, object>(async (rows) => rows, SPEC, turns));
  await Promise.all(calls.map((one) => one.all([...FIVE, ...FIVE], none)));
  assert.ok(performance.now() - begun >= 88, 'ten calls, 100 a second');
});
