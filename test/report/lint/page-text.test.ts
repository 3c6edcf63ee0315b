import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageLines } from '../../../src/report/lint/page-text.ts';
import { createStyle } from '../../../src/report/style.ts';

test('a page of a rule on a terminal: paragraphs wrapped, SQL indented and not run into the text', () => {
  const page = `# ban-drop-column

Finds a column that is dropped while
programs may still read it, which fails from the commit on.

- one point that is long enough to be broken at the width of the terminal
- another

Unsafe:

\`\`\`sql
ALTER TABLE orders
  DROP COLUMN note;
\`\`\`

To accept it: \`-- Allow: ban-drop-column reason\`
`;
  assert.equal(
    pageLines(page, { width: 60, style: createStyle(false) }).join('\n'),
    `ban-drop-column

Finds a column that is dropped while programs may still read
it, which fails from the commit on.

- one point that is long enough to be broken at the width
  of the terminal
- another

Unsafe:

    ALTER TABLE orders
      DROP COLUMN note;

To accept it: \`-- Allow: ban-drop-column reason\`
`.trimEnd(),
  );
});
