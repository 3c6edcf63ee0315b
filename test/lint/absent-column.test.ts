/** A column that is not there is neither destroyed nor in use: the statement fails. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintCase } from './bed.ts';

const RULES = ['ban-drop-column', 'drop-in-use', 'renaming-column'];

const found = (sql: string) =>
  lintCase({ sql })
    .filter(({ rule }) => RULES.includes(rule))
    .map(({ rule, message }) => `${rule}: ${message}`);

for (const [sql, rule] of [
  ['ALTER TABLE orders DROP COLUMN nothing;', 'ban-drop-column'],
  ['ALTER TABLE orders RENAME COLUMN nothing TO something;', 'renaming-column'],
] as const)
  test(sql, () => {
    const [first, ...others] = found(sql);
    assert.match(first ?? '', new RegExp(`^${rule}: orders.nothing does not exist, .* fails \\(42703\\)$`));
    assert.deepEqual(others, []);
  });

test('nothing is said where it may be absent, or may have been made unseen', () => {
  assert.deepEqual(found('ALTER TABLE orders DROP COLUMN IF EXISTS nothing;'), []);
  assert.deepEqual(found('DO $$ BEGIN ALTER TABLE orders DROP COLUMN nothing; END $$;'), []);
  const made = "DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD ' || current_setting('a.b'); END $$;";
  assert.match(found(`${made}\nALTER TABLE orders DROP COLUMN nothing;`).join(), /goes with all of its values/);
  assert.match(found('ALTER TABLE unheard_of DROP COLUMN nothing;').join(), /goes with all of its values/);
});
