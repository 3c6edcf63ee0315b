import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change, PropertyChange } from '../../src/catalog/compare.ts';
import { weighed } from '../../src/catalog/equal-in-effect.ts';

const NONE = { before: null, after: null };
const changed = (type: Change['type'], name: string, detail: Record<string, PropertyChange>): Change => ({
  kind: 'changed',
  type,
  name,
  identity: name.split('.'),
  detail,
});
const column = (name: string, detail: Record<string, PropertyChange>) => changed('column', name, detail);
const next = (sequence: string) => `nextval('${sequence}'::regclass)`;
const names = (changes: readonly Change[]) => {
  const difference = { equal: changes.length === 0, changes, notes: [], notChecked: [] };
  const { equal, changes: left, equalInEffect } = weighed(difference);
  return { equal, left: left.map(({ name }) => name), inEffect: equalInEffect.map(({ name }) => name) };
};

test('a serial column is as good as an identity with the same sequence, either way round', () => {
  const sequence = changed('sequence', 'public."Odd_id_seq"', {
    'of an identity column': { before: true, after: null },
  });
  const serial = column('public."Odd".id', {
    default: { before: null, after: next('public."Odd_id_seq"') },
    identity: { before: 'by default', after: null },
  });
  const back = column('public.plain.id', {
    default: { before: next('plain_id_seq'), after: null },
    identity: { before: null, after: 'by default' },
  });
  assert.deepEqual(names([sequence, serial, back]), {
    equal: true,
    left: [],
    inEffect: ['public."Odd_id_seq"', 'public."Odd".id', 'public.plain.id'],
  });
});

test('what else differs stays a difference', () => {
  const always = column('t.always', {
    default: { before: null, after: next('s') },
    identity: { before: 'always', after: null },
  });
  const constant = column('t.constant', {
    default: { before: null, after: '7' },
    identity: { before: 'by default', after: null },
  });
  const typed = column('t.typed', {
    default: { before: null, after: next('s') },
    identity: { before: 'by default', after: null },
    type: { before: 'bigint', after: 'integer' },
  });
  const bare = column('t.bare', { default: NONE, identity: { before: 'by default', after: null } });
  const sequence = changed('sequence', 's', { 'of an identity column': { before: true, after: null } });
  const all = [always, constant, typed, bare, sequence];
  assert.deepEqual(names(all), { equal: false, left: all.map(({ name }) => name), inEffect: [] });
});
