import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql': 'CREATE TABLE people (id integer PRIMARY KEY);\n',
  'm/002_orders.sql':
    '-- Orders\n-- Depends: 001\nCREATE TABLE orders (id integer PRIMARY KEY, person integer REFERENCES people);\n',
  'm/003_lines.sql': 'CREATE TABLE lines (id integer PRIMARY KEY, of integer REFERENCES orders);\n',
  'm/004_alone.sql': 'CREATE TABLE alone (id integer);\n',
};

test('who is selected shows what stands on it, declared and seen in the SQL; by mouse, by keys, by address', async () => {
  await withVisit(
    { files: FILES, before: async (at) => void (await at.run(['migrate', '--quiet', '--to', '003'])) },
    async ({ page, open }) => {
      await open('graph');
      const box = (version: string) => page.locator('.graph-box').filter({ hasText: version });
      const mark = async (version: string) => /is-\w+/.exec((await box(version).getAttribute('class')) ?? '')?.[0];
      await page.locator('.graph-line.inferred').first().waitFor({ state: 'attached' });
      assert.equal(await page.locator('.graph-line.declared').count(), 1);
      assert.equal(await page.locator('.graph-line.inferred').count(), 1);
      await box('002_orders').click();
      await page.getByText('1 migration').first().waitFor();
      assert.deepEqual(
        [await mark('001_people'), await mark('002_orders'), await mark('003_lines'), await mark('004_alone')],
        ['is-foundation', 'is-selected', 'is-impact', 'is-dim'],
      );
      assert.equal(new URL(page.url()).searchParams.get('select'), '002_orders');
      const side = page.getByRole('region', { name: 'Dependencies' });
      assert.match(await side.innerText(), /Needed by\s+003_lines · uses table orders\s+Needs\s+001_people declared/);

      await box('001_people').focus();
      await page.keyboard.press('Enter');
      await side.getByText('2 migrations').waitFor();
      assert.equal(await mark('003_lines'), 'is-impact');
      await page.reload();
      await side.getByText('2 migrations').waitFor();

      const width = async () => Number(await page.locator('svg.graph').getAttribute('width'));
      const before = await width();
      await page.getByRole('button', { name: 'Larger' }).click();
      assert.ok((await width()) > before);
    },
  );
});
