/** What DROP ... CASCADE takes along, over several steps, as pg_depend has it (test/live/graph-cascade.test.ts asks servers). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeObject } from '../../src/graph/object.ts';
import { CASCADES } from './cascades.ts';
import { edgesOf, footprints } from './edges-of.ts';

describe('CASCADE drops', () => {
  for (const { what, files, drop, drops } of CASCADES)
    test(what, async () => {
      const footprint = (await footprints([...files, drop])).at(-1);
      const found = footprint?.accesses.flatMap(({ manner, object }) =>
        manner === 'drops' ? [describeObject(object)] : [],
      );
      const changed = footprint?.accesses.flatMap(({ manner, object }) =>
        manner === 'changes' && object.at(-1)?.name === 'default' ? [describeObject(object)] : [],
      );
      assert.deepEqual([...new Set([...(found ?? []), ...(changed ?? [])])].sort(), [...drops].sort());
    });
});

test('what went by CASCADE is made again, and stands on the file that dropped it', async () => {
  const files = [
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;',
    'CREATE VIEW v AS SELECT f() AS i;',
    'DROP FUNCTION f() CASCADE;',
    'CREATE VIEW v AS SELECT 1 AS i;',
  ];
  assert.deepEqual(await edgesOf(...files), [
    '2 uses function f < 1',
    '3 drops view v < 2',
    '3 drops function f < 1',
    '4 creates view v again < 3',
  ]);
});

test('what has another type or definition since stays', async () => {
  const files = [
    "CREATE TYPE mood AS ENUM ('ok');\nCREATE TABLE t (m mood);\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$SELECT 1$$;",
    'CREATE VIEW v AS SELECT f() AS i;\nALTER TABLE t ADD COLUMN i int DEFAULT f();',
    'CREATE OR REPLACE VIEW v AS SELECT 1 AS i;\nALTER TABLE t ALTER i SET DEFAULT 1;\nALTER TABLE t ALTER m TYPE text;',
    'DROP FUNCTION f() CASCADE;\nDROP TYPE mood CASCADE;',
  ];
  const last = (await footprints(files)).at(-1);
  const drops = last?.accesses.flatMap(({ manner, object }) => (manner === 'drops' ? [describeObject(object)] : []));
  assert.deepEqual(drops, ['function f', 'type mood']);
});

test('without CASCADE nothing goes along that the server would have kept', async () => {
  const files = ['CREATE SEQUENCE s;', "CREATE TABLE t (id int DEFAULT nextval('s'));", 'DROP SEQUENCE s;'];
  const last = (await footprints(files)).at(-1);
  assert.deepEqual(
    last?.accesses
      .map(({ manner, object }) => `${manner} ${describeObject(object)}`)
      .filter((one) => !one.startsWith('reads')),
    ['drops sequence s'],
  );
});
