/** A change of several files that is killed at any place, and what the next run makes of it; also when that one is killed. */
import assert from 'node:assert/strict';
import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasJournal, settleJournal } from '../../src/files/change-journal.ts';
import { changeFiles, type FileChange } from '../../src/files/change-set.ts';
import { Problem } from '../../src/problem/problem.ts';

const BEFORE = { '001_a.sql': 'one', '002_b.sql': 'two', '003_c.sql': 'three' };
const AFTER = { '001_a.sql': 'ONE', '004_b.sql': 'TWO', '005_c.sql': 'three', 'new.md': 'new' };

function changesIn(folder: string): FileChange[] {
  const at = (name: string) => ({ path: join(folder, name), shown: name });
  const to = (name: string) => ({ to: join(folder, name), shownTo: name });
  return [
    { kind: 'move', ...at('002_b.sql'), ...to('004_b.sql'), content: 'TWO', before: Buffer.from('two') },
    { kind: 'move', ...at('003_c.sql'), ...to('005_c.sql') },
    { kind: 'replace', ...at('001_a.sql'), content: 'ONE', before: Buffer.from('one') },
    { kind: 'create', ...at('new.md'), content: 'new' },
  ];
}

function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  try {
    for (const [name, text] of Object.entries(BEFORE)) writeFileSync(join(folder, name), text);
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const filesIn = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

const WRITING = [
  'openSync',
  'writeSync',
  'writeFileSync',
  'linkSync',
  'copyFileSync',
  'renameSync',
  'rmSync',
  'fsyncSync',
] as const;

/** In front of the last of so many calls that write, the process is as good as dead: no later one does anything. Whether it died. */
function dyingAt(last: number, act: () => void): boolean {
  const whole = Object.fromEntries(WRITING.map((name) => [name, fs[name]]));
  let calls = 0;
  for (const name of WRITING) {
    const own = whole[name] as (...given: unknown[]) => unknown;
    Object.assign(fs, {
      [name]: (...given: unknown[]) => {
        calls += 1;
        if (calls >= last) throw new Error('dead');
        return own(...given);
      },
    });
  }
  syncBuiltinESMExports();
  try {
    act();
  } catch (error) {
    if (calls < last) throw error;
  } finally {
    Object.assign(fs, whole);
    syncBuiltinESMExports();
  }
  return calls >= last;
}

test('wherever a run dies, the next one finds all as it was, or as it was to be', () => {
  const outcomes = new Set<string>();
  let died = true;
  for (let first = 1; died; first++)
    for (let [second, again] = [1, true]; again; second++)
      inFolder((folder) => {
        died = dyingAt(first, () => changeFiles(changesIn(folder), folder));
        again = died && dyingAt(second, () => settleJournal(folder));
        if (hasJournal(folder)) outcomes.add(settleJournal(folder) ?? 'nothing');
        const found = filesIn(folder);
        assert.deepEqual(found, '004_b.sql' in found ? AFTER : BEFORE, `died at ${first}, then at ${second}`);
      });
  assert.deepEqual([...outcomes].sort(), ['finished', 'undone']);
});

test('without a dead run there is nothing to settle; a living one is left alone', () =>
  inFolder((folder) => {
    changeFiles(changesIn(folder), folder);
    assert.equal(settleJournal(folder), undefined);
    assert.deepEqual(filesIn(folder), AFTER);
    writeFileSync(join(folder, '.taskflow-changes'), '');
    assert.throws(
      () => changeFiles([{ kind: 'create', path: join(folder, 'x'), shown: 'x', content: '' }], folder),
      (error) => error instanceof Problem && error.code === 'renumber-refused',
    );
    assert.equal(settleJournal(folder), 'undone');
    assert.deepEqual(filesIn(folder), AFTER);
  }));

test('what somebody has written since is not taken back', () =>
  inFolder((folder) => {
    for (let calls = 1; !('new.md' in filesIn(folder)); calls++) {
      settleJournal(folder);
      dyingAt(calls, () => changeFiles(changesIn(folder), folder));
    }
    writeFileSync(join(folder, '001_a.sql'), 'mine');
    assert.equal(settleJournal(folder), 'undone');
    assert.deepEqual(filesIn(folder), { ...BEFORE, '001_a.sql': 'mine' });
  }));
