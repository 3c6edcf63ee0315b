/** What files and rows together say of a migration: every state, and what is only a note. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { LedgerEntry } from '../../src/plan/ledger-entry.ts';
import { reconcile } from '../../src/plan/reconcile.ts';
import { adoptedEntry, BODY, entryOf, fileOf, statusesOf } from './make.ts';

const V = '001_a';

/** State and notes of one version with this text and this row. */
function one(entry: LedgerEntry | undefined, text: string | undefined = BODY, running: readonly string[] = []) {
  const files = [fileOf(V, text)];
  const [status] = reconcile(files, entry ? [entry] : [], new Set(running));
  return { state: status!.state, notes: status!.notes };
}

const stateOf = (more: Partial<LedgerEntry>, running: readonly string[] = []) =>
  one(entryOf(V, more), BODY, running).state;

test('a file without a row is pending, one with its row applied', () => {
  assert.equal(one(undefined).state, 'pending');
  assert.deepEqual(one(entryOf(V)), { state: 'applied', notes: [] });
});

test('a baseline row is a baseline, with or without a checksum', () => {
  assert.equal(stateOf({ type: 'baseline' }), 'baseline');
  assert.deepEqual(one(adoptedEntry(V)), { state: 'baseline', notes: [] });
});

test('a failed row is failed; one without a message and with steps was interrupted, or runs', () => {
  assert.equal(stateOf({ success: false, errorMessage: 'no' }), 'failed');
  assert.equal(stateOf({ success: false }), 'failed');
  assert.equal(stateOf({ success: false, stepsDone: 1, stepsTotal: 3 }), 'interrupted');
  assert.equal(stateOf({ success: false, stepsDone: 1, stepsTotal: 3, errorMessage: 'no' }), 'failed');
  assert.equal(stateOf({ success: false, stepsDone: 1, stepsTotal: 3 }, [V]), 'running');
  assert.equal(stateOf({ success: false, stepsDone: 1, stepsTotal: 3 }, ['002_b']), 'interrupted');
});

test('a row in force with steps is half rolled back: interrupted, with how far it is', () => {
  const { state, notes } = one(entryOf(V, { stepsDone: 1, stepsTotal: 3 }));
  assert.equal(state, 'interrupted');
  assert.deepEqual(notes, ['its rollback stopped after 1 of 3 steps; rollback goes on there']);
});

test('a version that was rolled back says so, however older tools left its success', () => {
  assert.equal(stateOf({ success: false, type: 'rollback' }), 'rolled_back');
  assert.equal(stateOf({ success: true, type: 'rollback' }), 'rolled_back');
});

test('a skipped version says so', () => {
  assert.equal(stateOf({ success: false, type: 'skipped', errorMessage: 'no extension' }), 'skipped');
});

test('what is not in force is not compared: a changed file is simply the next attempt', () => {
  for (const more of [{ errorMessage: 'no' }, { type: 'rollback' }, { type: 'skipped' }]) {
    assert.notEqual(one(entryOf(V, { success: false, ...more }), 'SELECT 2;\n').state, 'modified');
  }
});

test('a changed body is a mismatch, of a baseline too', () => {
  assert.equal(one(entryOf(V), 'SELECT 2;\n').state, 'modified');
  assert.equal(one(entryOf(V, { type: 'baseline' }), 'SELECT 2;\n').state, 'modified');
});

test('a changed header, comment or section is a note', () => {
  for (const text of [`-- Author: Ada\n${BODY}`, `${BODY}-- end\n`, `${BODY}\n-- ROLLBACK:\n-- SELECT 2;\n`]) {
    const { state, notes } = one(entryOf(V), text);
    assert.equal(state, 'applied');
    assert.deepEqual(notes, ['a header, comment or section was changed since; the body was not']);
  }
});

test('a file that cannot be read as a migration any more is a mismatch, no error', () => {
  for (const text of ['', "SELECT 'open", `${BODY}COMMIT;\n`]) assert.equal(one(entryOf(V), text).state, 'modified');
});

test('a checksum in capitals is the same checksum', () => {
  const entry = entryOf(V);
  assert.deepEqual(one({ ...entry, checksum: entry.checksum!.toUpperCase() }), { state: 'applied', notes: [] });
});

test('rows of older tools: the checksum of the CRLF file is a note, another one a mismatch', () => {
  const crlf = createHash('sha256').update(BODY.replaceAll('\n', '\r\n')).digest('hex');
  assert.deepEqual(one(entryOf(V, { bodyChecksum: null, checksum: crlf })), {
    state: 'applied',
    notes: ['recorded with CRLF line breaks'],
  });
  assert.equal(one(entryOf(V, { bodyChecksum: null, checksum: 'a'.repeat(64) })).state, 'modified');
});

test('what was recorded in place of a checksum cannot be compared, and is said', () => {
  const { state, notes } = one(entryOf(V, { bodyChecksum: null, checksum: 'error' }));
  assert.equal(state, 'applied');
  assert.deepEqual(notes, ['recorded with "error" in place of a checksum: cannot be compared']);
  assert.deepEqual(one(entryOf(V, { bodyChecksum: null, checksum: null })), { state: 'applied', notes: [] });
});

test('a row whose file is gone: missing while it is in force, else what the row says', () => {
  const gone = (more: Partial<LedgerEntry>) => statusesOf([], [entryOf(V, more)])[0]!.state;
  assert.equal(gone({}), 'missing');
  assert.equal(gone({ type: 'baseline' }), 'missing');
  assert.equal(gone({ success: false, errorMessage: 'no' }), 'failed');
  assert.equal(gone({ success: true, type: 'rollback' }), 'rolled_back');
  assert.equal(gone({ success: false, type: 'skipped' }), 'skipped');
});

test('files and rows stand in the order of numbers; a name that is none of ours comes first', () => {
  const statuses = statusesOf(['010_c', '9_b'], ['2_gone', entryOf('9_b'), 'by_hand']);
  assert.deepEqual(
    statuses.map((status) => [status.version, status.state]),
    [
      ['by_hand', 'missing'],
      ['2_gone', 'missing'],
      ['9_b', 'applied'],
      ['010_c', 'pending'],
    ],
  );
});

test('an applied file is not parsed while its checksum is the recorded one', () => {
  const file = {
    ...fileOf(V),
    load: () => assert.fail('parsed'),
    checksumWithCrlf: () => assert.fail('hashed again'),
  };
  assert.equal(reconcile([file], [entryOf(V)])[0]!.state, 'applied');
});
