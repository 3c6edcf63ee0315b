import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedLines } from '../../../src/report/lint/fixed-text.ts';
import { createStyle } from '../../../src/report/style.ts';
import { widthOf } from '../../../src/report/width.ts';
import { FOREIGN_KEY } from './sample.ts';

const look = { width: 60, style: createStyle(false) };

test('what --fix has written: changes in full, new files, and what was left to a person', async () => {
  const long = `ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers (id)`;
  const lines = await fixedLines(
    {
      changed: [{ file: 'm/2_a.sql', before: `-- ${long}\n${long};\n`, after: `-- ${long}\n${long} NOT VALID;\n` }],
      added: [{ file: 'm/3_b.sql', title: 'then validate it' }],
      left: [{ finding: FOREIGN_KEY, why: 'it needs a decision' }],
    },
    look,
  );
  assert.equal(
    lines.join('\n'),
    `Changed m/2_a.sql
  @@ -1,2 +1,2 @@
   -- ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (cus…
  -ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY
    (customer_id) REFERENCES customers (id);
  +ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY
    (customer_id) REFERENCES customers (id) NOT VALID;

Added m/3_b.sql: then validate it
Not written: database/migrations/042_orders.sql:12
  adding-foreign-key-constraint: it needs a decision

1 file changed, 1 added: look at them before they are
  committed.
`,
  );
  assert.ok(lines.every((line) => widthOf(line) <= 60));
});

test('nothing to write is said', async () => {
  assert.deepEqual(await fixedLines({ changed: [], added: [], left: [] }, look), ['No fix was written.', '']);
});
