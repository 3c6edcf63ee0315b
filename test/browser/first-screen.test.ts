/** What the first screen costs over the network, as a browser counts it; how long it takes is told, never judged: machines differ. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { withVisit } from '../support/console-bed.ts';
import { firstScreen } from '../support/first-screen.ts';

after(closeBrowser);

const BYTES_MAX = 250_000;

test('the first screen of a database with a history is light, with all that it asks for', async (context) => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => {
      const number = String(i + 1).padStart(3, '0');
      return [`m/${number}_table.sql`, `-- Table ${number}\nCREATE TABLE t${number} (id integer PRIMARY KEY);\n`];
    }),
  );
  const before = async (at: DatabaseWorkplace) => {
    const { exit, output } = await at.run(['migrate', '--quiet', '--to', '055']);
    assert.equal(exit, 0, output);
  };
  await withVisit({ files, before }, async ({ page, open }) => {
    const seen = await firstScreen(page, () => open(''));
    context.diagnostic(`${seen.bytes} bytes in ${seen.files.length} files, usable after ${seen.usableMs} ms`);
    const kinds = seen.files.map(({ name }) => name.replace(/^.*\./, ''));
    for (const kind of ['js', 'css']) assert.ok(kinds.includes(kind), `${kind} was loaded, not kept from before`);
    assert.ok(
      seen.files.some(({ name }) => name.startsWith('timeline-')),
      'its chart belongs to it',
    );
    for (const { name, bytes, plainBytes } of seen.files)
      if (/\.(js|css)$/.test(name) && plainBytes > 2000)
        assert.ok(bytes < plainBytes, `${name}: ${plainBytes} bytes are sent as ${bytes}`);
    assert.ok(seen.bytes < BYTES_MAX, JSON.stringify(seen, null, 1));
    const again = await firstScreen(page, () => open(''), { isFresh: false });
    assert.ok(again.bytes < seen.bytes / 2, `a second visit has its files: ${again.bytes} bytes`);
  });
});
