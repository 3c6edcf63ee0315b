import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../src/problem/problem.ts';
import type { Bound } from '../../src/renumber/choose.ts';
import { type Decision, decideRenumbering, type Question } from '../../src/renumber/decide.ts';
import type { RenumberFile } from '../../src/renumber/file.ts';
import { applied, file, published } from './bed.ts';

function decide(files: readonly RenumberFile[], more: Partial<Question> = {}): Decision {
  return decideRenumbering({
    files,
    recorded: [],
    named: new Set(),
    bounds: boundsOf(files),
    byBranch: false,
    ...more,
  });
}

/** What is applied, and what is on the branch. */
function boundsOf(files: readonly RenumberFile[]): Bound[] {
  return (['database', 'branch'] as const).flatMap((by) => {
    const kept = files.filter((one) => one.kept?.by === by).sort((a, b) => (a.number < b.number ? -1 : 1));
    return kept[0] ? [{ placed: kept, by, why: kept[0].kept!.why }] : [];
  });
}

const moves = ({ moves }: Decision) => Object.fromEntries(moves.map(({ from, to }) => [from, to]));

function refused(body: () => unknown): Problem {
  try {
    body();
  } catch (error) {
    assert(error instanceof Problem);
    assert.equal(error.code, 'renumber-refused');
    assert.equal(error.fields.state, 'Nothing was changed.');
    return error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

test('what is in order stays as it is', () => {
  assert.deepEqual(moves(decide([applied('001_a'), file('002_b'), file('003_c < 002_b')])), {});
  assert.deepEqual(moves(decide([])), {});
  assert.deepEqual(moves(decide([published('001_a'), file('007_c')], { byBranch: true })), {});
});

test('a late file goes behind the newest of all that there is, with the style of the numbers', () => {
  const found = decide([applied('001_a'), file('002-late'), applied('003_c'), file('005_d')]);
  assert.deepEqual(moves(found), { '002-late': '006-late' });
  assert.match(found.moves[0]!.why, /late: 003_c is applied to app/);
  const nearest = decide([applied('001_a'), file('002_late'), applied('003_c'), applied('004_d'), applied('005_e')]);
  assert.match(nearest.moves[0]!.why, /late: 003_c is applied to app/);
  const recorded = [{ version: '0042_gone', number: 42n }];
  assert.deepEqual(moves(decide([file('7_late'), applied('12_c')], { recorded })), { '7_late': '0043_late' });
  assert.deepEqual(moves(decide([file('20260101000000_late'), applied('20260102000000_c')])), {
    '20260101000000_late': '20260102000001_late',
  });
});

test('what says what it needs, and what was tried before, is not late', () => {
  const tried = file('001_b', { isNew: false });
  assert.deepEqual(moves(decide([file('001_a < 000_x'), tried, applied('000_x'), applied('003_c')])), {
    '001_b': '004_b',
  });
  assert.deepEqual(moves(decide([file('001_b', { isNew: false }), applied('003_c')])), {});
});

test('of twins the one that is applied or on the branch stays, else the first by name', () => {
  assert.deepEqual(moves(decide([file('001_a'), applied('001_b')])), { '001_a': '002_a' });
  assert.deepEqual(moves(decide([file('001_a'), published('001_b')])), { '001_a': '002_a' });
  assert.deepEqual(moves(decide([file('001_a'), file('001_b'), file('01_c')])), { '001_b': '002_b', '01_c': '003_c' });
  assert.deepEqual(moves(decide([file('001_a'), file('001_b < 001_a')])), {});
});

test('twins of which both keep their names are refused, with the way out', () => {
  const { message, fields } = refused(() => decide([applied('001_mine'), published('001_theirs')]));
  assert.match(message, /001_mine keeps its number: it is applied to app/);
  assert.match(fields.found!, /001_theirs, which has the same number, is on main/);
  assert.match(fields.next!.join(), /rollback --version 001_mine/);
  const both = refused(() => decide([published('001_a'), published('001_b')]));
  assert.match(both.fields.next!.join(), /name it: taskflow-db renumber 001_[ab]/);
  assert.deepEqual(moves(decide([applied('001_a'), applied('001_b')])), {}, 'both are applied: nobody asks any more');
});

test('with a branch, what is ours keeps its order, and a number that is high enough', () => {
  const files = [published('030_x'), published('031_theirs'), file('031_mine'), file('032_next'), file('040_last')];
  const found = decide(files, { byBranch: true });
  assert.deepEqual(moves(found), { '031_mine': '032_mine', '032_next': '033_next' });
  assert.deepEqual(found.passed, []);
});

test('what the branch has and this one has not yet takes its number, and stops nobody', () => {
  const absent = { ...published('031_theirs'), isToApply: false, isAbsent: true };
  assert.deepEqual(moves(decide([published('030_x'), file('031_mine'), absent], { byBranch: true })), {
    '031_mine': '032_mine',
  });
  assert.deepEqual(moves(decide([published('031_x'), absent], { byBranch: true })), {});
});

test('without one, whoever is overtaken is named', () => {
  const found = decide([applied('030_x'), file('031_a'), file('031_b'), file('032_c')]);
  assert.deepEqual(moves(found), { '031_b': '033_b' });
  assert.deepEqual(found.passed, [{ version: '032_c', by: '031_b' }]);
});

test('what depends on one that moves moves behind it, and every header names the new version', () => {
  const found = decide([applied('031_x'), file('031_b'), file('032_c < 031_b, 031_x'), file('033_d < 32')]);
  assert.deepEqual(moves(found), { '031_b': '032_b', '032_c': '033_c', '033_d': '034_d' });
  assert.deepEqual(
    found.edits.map(({ file, before, after }) => [file, before, after]),
    [
      ['m/032_c.sql', '031_b', '032_b'],
      ['m/033_d.sql', '32', '33'],
    ],
  );
});

test('a number that could mean two is refused before it means one', () => {
  const { message, fields } = refused(() => decide([applied('031_x'), file('031_b'), file('032_c < 031')]));
  assert.match(message, /032_c depends on 031, which stands for several versions/);
  assert.deepEqual([fields.where?.file, fields.where?.line], ['m/032_c.sql', 1]);
});

test('no new version is one that somebody has or names', () => {
  const twins = [applied('031_x'), file('031_b'), file('032_B'), file('050_z < 033_b, 034')];
  const found = decide(twins, { named: new Set(['031_b', '032_B']) });
  assert.deepEqual(moves(found), { '031_b': '051_b', '032_B': '052_B' });
  const tail = decide([applied('031_x'), file('031_b < 32, 033_b')]);
  assert.deepEqual(moves(tail), { '031_b': '034_b' });
  assert.deepEqual(tail.edits, []);
});

test('files that are named move alone, what is applied never does', () => {
  const files = [applied('001_a'), file('002_b'), file('003_c < 002_b'), file('004_d')];
  assert.deepEqual(moves(decide(files, { named: new Set(['002_b']) })), { '002_b': '005_b', '003_c': '006_c' });
  assert.deepEqual(moves(decide(files, { named: new Set(['004_d']) })), {}, 'it is the last');
  const { message } = refused(() => decide(files, { named: new Set(['001_a', '004_d']) }));
  assert.match(message, /001_a keeps its number: it is applied to app/);
  const branch = [published('001_a'), file('002_b')];
  assert.deepEqual(moves(decide(branch, { named: new Set(['001_a']), byBranch: true })), { '001_a': '003_a' });
});

test('what something applied depends on keeps its number', () => {
  const { message } = refused(() => decide([file('001_skipped', { isNew: true }), applied('002_b < 1')]));
  assert.match(message, /001_skipped keeps its number: 002_b depends on it/);
});

test('what is late to this database only, and on the branch, is told how it can be applied', () => {
  const { message, fields } = refused(() => decide([published('001_theirs'), applied('002_mine')], { byBranch: true }));
  assert.match(message, /001_theirs keeps its number: it is on main/);
  assert.match(fields.found!, /late: 002_mine, which has a higher number, is applied to app/);
  assert.match(fields.next!.join(), /--allow-late.*renumber 001_theirs/);
});

test('circles are named', () => {
  assert.throws(() => decide([file('001_a < 002_b'), file('002_b < 001_a')]), /in a circle: 001_a -> 002_b -> 001_a/);
});
