import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typeChange } from '../../src/facts/recognize/type-change.ts';
import type { KnownType } from '../../src/known/table.ts';

/** `numeric(10,2)`, `varchar(5)[]` */
function type(written: string): KnownType {
  const [name = ''] = /^\w+/.exec(written) ?? [];
  const modifiers = (/\((.*)\)/.exec(written)?.[1] ?? '').split(',').filter(Boolean).map(Number);
  return { name, modifiers, array: written.endsWith('[]') };
}

for (const [from, to, expected] of [
  ['varchar(50)', 'varchar(100)', 'kept'],
  ['varchar(50)', 'varchar(50)', 'kept'],
  ['varchar(50)', 'varchar(49)', 'rewrite'],
  ['varchar(50)', 'text', 'kept'],
  ['varchar', 'varchar(50)', 'rewrite'],
  ['text', 'varchar', 'kept'],
  ['text', 'varchar(5)', 'rewrite'],
  ['bpchar(5)', 'bpchar(6)', 'rewrite'],
  ['bpchar(5)', 'text', 'rewrite'],
  ['numeric(10,2)', 'numeric(12,2)', 'kept'],
  ['numeric(10,2)', 'numeric(9,2)', 'rewrite'],
  ['numeric(10,2)', 'numeric(12,3)', 'rewrite'],
  ['numeric(10)', 'numeric(10,0)', 'kept'],
  ['numeric(10)', 'numeric', 'kept'],
  ['numeric', 'numeric(10)', 'rewrite'],
  ['timestamp(3)', 'timestamp', 'kept'],
  ['timestamp', 'timestamp(6)', 'kept'],
  ['timestamp', 'timestamp(3)', 'rewrite'],
  ['timestamp', 'timestamptz', 'time zone'],
  ['timestamptz', 'timestamp', 'time zone'],
  ['timestamptz', 'timestamp(3)', 'rewrite'],
  ['timestamptz', 'date', 'rewrite'],
  ['interval(3)', 'interval', 'kept'],
  ['int4', 'int8', 'rewrite'],
  ['int2', 'int4', 'rewrite'],
  ['int4', 'int4', 'kept'],
  ['cidr', 'inet', 'kept'],
  ['inet', 'cidr', 'rewrite'],
  ['bit(8)', 'varbit', 'kept'],
  ['varbit(8)', 'varbit(4)', 'rewrite'],
  ['text[]', 'varchar[]', 'rewrite'],
  ['text', 'text[]', 'rewrite'],
  ['varchar(5)[]', 'varchar[]', 'kept'],
  ['varchar(5)[]', 'varchar(6)[]', 'rewrite'],
] as const) {
  test(`${from} to ${to}: ${expected}`, () => {
    assert.equal(typeChange(type(from), type(to)), expected);
  });
}
