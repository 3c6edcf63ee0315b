/** What a file needs that only a later one makes, whatever it does with it: a statement teaches that its table is there. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forwardNeeds } from '../../src/graph/forward.ts';
import { describeObject } from '../../src/graph/object.ts';
import { edgesOf, footprints } from './edges-of.ts';

const USES = [
  'CREATE INDEX ki ON k (i);',
  'CREATE INDEX CONCURRENTLY ki ON k (i);',
  'ALTER TABLE k ADD COLUMN j int;',
  'ALTER TABLE k ENABLE ROW LEVEL SECURITY;',
  'CREATE POLICY p ON k;',
  'INSERT INTO k VALUES (1);',
  'CREATE TABLE f (a int REFERENCES k);',
];

async function needs(...files: readonly string[]): Promise<string[]> {
  const found = forwardNeeds(await footprints(files));
  return found.map(({ version, maker, object }) => `${version} needs ${describeObject(object)} of ${maker}`);
}

describe('a table that only a later file makes', () => {
  for (const use of USES)
    for (const made of ['CREATE TABLE k (i int);', 'CREATE TABLE IF NOT EXISTS k (i int);'])
      test(`${use} before ${made}`, async () => {
        assert.deepEqual(await needs(use, made), ['1_x needs table k of 2_x']);
        assert.deepEqual(await needs(made, use), []);
      });

  test('what was there before all files is made by none of them, and nothing stands on what has changed it', async () => {
    assert.deepEqual(await needs('ALTER TABLE k ADD j int;', 'ALTER TABLE k ADD l int;'), []);
    assert.deepEqual(await needs('DROP TABLE k;', 'CREATE TABLE k (i int);'), []);
    assert.deepEqual(await edgesOf('ALTER TABLE k ADD j int;', 'CREATE TABLE IF NOT EXISTS k (i int);'), [
      '(2 creates table k < 1)',
    ]);
  });
});
