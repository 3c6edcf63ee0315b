import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORMS } from '../../src/facts/form.ts';
import { usesOf } from '../../src/facts/recognize.ts';
import { loadParser } from '../../src/parser/parser.ts';
import { isTree } from '../../src/syntax/tree.ts';
import { bedKnown } from './bed.ts';

const parse = await loadParser();

for (const form of FORMS) {
  test(`${form.id}: its samples are recognised`, () => {
    for (const { sql } of form.samples) {
      const parsed = parse(sql);
      assert.ok(isTree(parsed), `${sql}: ${JSON.stringify(parsed)}`);
      const found = usesOf(parsed, bedKnown(18), 18).map((use) => use.form.id);
      assert.deepEqual(found, [form.id], sql);
    }
  });
}
