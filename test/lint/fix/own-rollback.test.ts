/** What other files undo after a fix goes out of a file's own ROLLBACK section. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutUndone } from '../../../src/lint/fix/own-rollback.ts';
import { migration } from '../bed.ts';

const FILE = `-- One reference for each payment
ALTER TABLE payments ADD CONSTRAINT payments_ref_key UNIQUE (ref);
COMMENT ON CONSTRAINT payments_ref_key ON payments IS 'x';

-- ROLLBACK:
-- ALTER TABLE payments
--   DROP CONSTRAINT IF EXISTS payments_ref_key;
-- COMMENT ON TABLE payments IS NULL;
`;

const undone = (...sql: string[]) => withoutUndone(migration('002_ref', FILE), sql);

test('a statement that another file has goes with its lines, however it is written', () => {
  assert.equal(
    undone('ALTER TABLE payments DROP CONSTRAINT payments_ref_key'),
    FILE.replace('-- ALTER TABLE payments\n--   DROP CONSTRAINT IF EXISTS payments_ref_key;\n', ''),
  );
});

test('all of them may go', () => {
  const all = undone('ALTER TABLE payments DROP CONSTRAINT payments_ref_key', 'COMMENT ON TABLE payments IS NULL');
  assert.equal(all, FILE.slice(0, FILE.indexOf('-- ALTER')));
});

test('what no other file undoes stays, also beside something else on its line', () => {
  assert.equal(undone('DROP TABLE payments'), FILE);
  const two = FILE.replace('key;\n-- COMMENT', 'key; COMMENT');
  assert.equal(withoutUndone(migration('002_ref', two), ['COMMENT ON TABLE payments IS NULL']), two);
});

test('a file that has no way back is left alone', () => {
  const one = 'SELECT 1;\n-- IRREVERSIBLE: nothing to undo\n';
  assert.equal(withoutUndone(migration('003_one', one), ['SELECT 1']), one);
});
