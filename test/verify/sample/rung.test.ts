import assert from 'node:assert/strict';
import test from 'node:test';
import type { Refusal } from '../../../src/verify/data-facts.ts';
import { FIRST_RUNG, nextRung, type Rung, toldRefusals } from '../../../src/verify/sample/rung.ts';

const refusal = (by: Refusal['by'], table?: string, wide = false): Refusal => ({
  by,
  message: 'no',
  wide,
  ...(table === undefined ? {} : { table }),
});
/** Every rung down to the last, each refused in the same way. */
function ladder(refused: Refusal): Rung[] {
  const rungs: Rung[] = [];
  for (let rung: Rung | undefined = FIRST_RUNG; rung; rung = nextRung(rung, refused)) rungs.push(rung);
  return rungs;
}
const brief = ({ rows, wide, before, entered, without }: Rung) =>
  [rows, wide ? 'wide' : '', before ? 'before' : '', entered ? 'entered' : '', ...without]
    .filter((part) => part !== '')
    .join(' ');

test('what a migration refuses is tried with less and less, to the end', () => {
  assert.deepEqual(ladder(refusal('migration', 'public.t')).map(brief), [
    '3 wide before entered',
    '3 before entered',
    '1 before entered',
    '1 before entered public.t',
    '1 entered public.t',
  ]);
});

test('what a rollback refuses may be what was entered', () => {
  assert.deepEqual(ladder(refusal('rollback')).map(brief), [
    '3 wide before entered',
    '3 before entered',
    '1 before entered',
    '1 before',
    '1',
  ]);
});

test('a rollback that is refused is told once, by ordinary values if they are refused', () => {
  const all = [refusal('rollback', 'public.t', true), refusal('rollback', 'public.t'), refusal('rollback', 'public.t')];
  assert.deepEqual(toldRefusals(all, FIRST_RUNG).refusals, [refusal('rollback', 'public.t')]);
  assert.deepEqual(toldRefusals(all.slice(0, 1), FIRST_RUNG).refusals, all.slice(0, 1));
});

test('a migration that is refused is told where it leaves a table without rows', () => {
  const one = { ...FIRST_RUNG, wide: false, rows: 1 };
  const all = [refusal('migration', 'public.t', true), refusal('migration', 'public.t')];
  assert.deepEqual(toldRefusals(all, one), { refusals: [], unsampled: [] });
  const { unsampled } = toldRefusals(all, { ...one, without: new Set(['public.t']) });
  assert.deepEqual(unsampled, [{ table: 'public.t', why: 'the migration refuses them: no' }]);
});
