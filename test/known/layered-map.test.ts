import assert from 'node:assert/strict';
import test from 'node:test';
import { LayeredMap } from '../../src/known/layered-map.ts';

test('every version holds what it held, through all its layers', () => {
  const kept: [LayeredMap<number>, Map<string, number>][] = [];
  let [map, plain] = [new LayeredMap<number>(), new Map<string, number>()];
  for (let i = 0; i < 2000; i++) {
    // A fixed walk over 300 keys that puts twice and takes away once.
    const key = `k${(i * 7919) % 300}`;
    if (i % 3 === 2) {
      map = map.without(key);
      plain = new Map(plain);
      plain.delete(key);
    } else {
      map = map.with(key, i);
      plain = new Map(plain).set(key, i);
    }
    kept.push([map, plain]);
  }
  for (const [layered, expected] of kept) {
    assert.deepEqual(new Map([...layered.entries()].sort()), new Map([...expected].sort()));
    assert.equal(layered.get('k7'), expected.get('k7'));
  }
});

test('a key that is not there is left out at no cost', () => {
  const map = new LayeredMap<number>().with('a', 1);
  assert.equal(map.without('b'), map);
});
