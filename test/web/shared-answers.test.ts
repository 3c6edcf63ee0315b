import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SharedAnswers } from '../../src/web/shared-answers.ts';

/** Answers whose work ends when the test says so; each gives its number. */
function bed() {
  let position = 0;
  const finish: (() => void)[] = [];
  const answers = new SharedAnswers(() => position);
  const work = () => {
    const mine = finish.length + 1;
    return new Promise<number>((done) => finish.push(() => done(mine)));
  };
  const ask = async (since?: number) => (await answers.ask('q', since, work)).value;
  return { answers, ask, finish, move: (to: number) => (position = to) };
}

test('a hundred who ask at the same time are two questions, and nobody gets an answer from before they asked', async () => {
  const { answers, ask, finish } = bed();
  const first = ask();
  const later = Array.from({ length: 99 }, () => ask());
  assert.equal(finish.length, 1);
  finish[0]!();
  assert.equal(await first, 1);
  await sleep(0);
  assert.equal(finish.length, 2);
  finish[1]!();
  assert.deepEqual(new Set(await Promise.all(later)), new Set([2]));
  await assert.rejects(
    answers.ask('other', undefined, () => Promise.reject(new Error('away'))),
    /away/,
  );
  assert.equal((await answers.ask('other', 0, async () => 'there')).value, 'there', 'what failed is not kept');
});

test('who asks because of what was announced shares an answer that was begun behind it, also one that is there already', async () => {
  const { answers, ask, finish, move } = bed();
  move(7);
  const early = Array.from({ length: 50 }, () => ask(7));
  assert.equal(finish.length, 1);
  finish[0]!();
  assert.deepEqual(new Set(await Promise.all(early)), new Set([1]));
  assert.equal(await ask(7), 1, 'a moment later');
  assert.equal(await ask(3), 1);
  const fresh = ask();
  assert.equal(finish.length, 2, 'who names no event gets it as it is now');
  move(8);
  const newer = ask(8);
  finish[1]!();
  assert.equal(await fresh, 2);
  await sleep(0);
  assert.equal(finish.length, 3, 'what was begun before the event does not show it');
  finish[2]!();
  assert.equal(await newer, 3);
  answers.forget();
  void ask(8);
  assert.equal(finish.length, 4, 'nothing is kept once it may not hold any more');
});
