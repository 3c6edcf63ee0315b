import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    'CREATE TABLE people (id integer PRIMARY KEY, name text);\nINSERT INTO people SELECT n, md5(n::text) FROM generate_series(1, 100000) AS n;\nANALYZE people;\n',
  'm/002_wide.sql':
    '-- Wide keys\nALTER TABLE people ALTER COLUMN id TYPE bigint;\n\n-- ROLLBACK:\n-- ALTER TABLE people ALTER COLUMN id TYPE integer;\n',
  'm/003_new.sql': 'CREATE TABLE notes (id bigint PRIMARY KEY);\n',
};

test('int to bigint on 100 000 rows: the lock, whom it stops, the rewrite, the size', async () => {
  await withVisit(
    { files: FILES, before: async (at) => void (await at.run(['migrate', '--quiet', '--to', '001'])) },
    async ({ page, open }) => {
      await open('plan');
      const wide = page.getByRole('region', { name: '002_wide' });
      const row = wide.getByRole('row').filter({ hasText: 'TYPE bigint' });
      const said = (await row.innerText()).replace(/\s+/g, ' ');
      assert.match(said, /ACCESS EXCLUSIVE on public\.people 100 k rows, [\d.]+ MB stops reads and writes/);
      assert.match(said, /rewrites the table/);
      assert.match(await wide.innerText(), /can be undone/);
      const waits = page.getByRole('region', { name: 'What waits' });
      assert.match(await waits.innerText(), /reads and writes\s+of public\.people/);
      assert.match(await wide.innerText(), /changing-column-type/);
      await row.getByRole('link', { name: '2', exact: true }).click();
      await page.getByRole('heading', { name: '002_wide pending' }).waitFor();
      assert.equal(new URL(page.url()).hash, '#L2');
    },
  );
});

test('the plan goes up to the version that is chosen, and its address says so', async () => {
  await withVisit(
    { files: FILES, before: async (at) => void (await at.run(['migrate', '--quiet', '--to', '001'])) },
    async ({ page, open }) => {
      await open('plan');
      await page.getByRole('region', { name: '003_new' }).waitFor();
      await page.getByLabel('Up to').selectOption('002_wide');
      await page.getByRole('region', { name: '003_new' }).waitFor({ state: 'detached' });
      await page.getByRole('region', { name: '002_wide' }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get('to'), '002_wide');
      await page.reload();
      await page.getByRole('region', { name: '002_wide' }).waitFor();
      assert.equal(await page.getByRole('region', { name: '003_new' }).count(), 0);
    },
  );
});

test('looking at a plan changes nothing', async () => {
  await withVisit(
    { files: FILES, before: async (at) => void (await at.run(['migrate', '--quiet', '--to', '001'])) },
    async ({ page, at, open }) => {
      const state = () =>
        at.database.sql(
          "SELECT (SELECT max(seq) FROM schema_migration_events), (SELECT atttypid::regtype FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname = 'id')",
        );
      const before = await state();
      await open('plan');
      await page.getByRole('region', { name: '002_wide' }).waitFor();
      assert.deepEqual(await state(), before);
    },
  );
});
