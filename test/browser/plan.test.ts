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

test('the schema that it would make: objects added and changed with both definitions, tried on a scratch database', async () => {
  const files = {
    'm/001_people.sql': 'CREATE TABLE people (id integer PRIMARY KEY, name text);\n',
    'm/002_more.sql':
      'CREATE TABLE orders (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);\nALTER TABLE people ALTER COLUMN id TYPE bigint;\nALTER TABLE people DROP COLUMN name;\n',
    'm/003_index.sql': 'CREATE INDEX orders_note ON orders (note);\n',
  };
  const before = async (at: { run: (args: string[]) => Promise<unknown> }) =>
    void (await at.run(['migrate', '--quiet', '--to', '001']));
  await withVisit({ files, before }, async ({ page, at, open }) => {
    await open('plan?to=002_more');
    const difference = page.getByRole('region', { name: 'The schema it would make' });
    await difference.getByText('Not tried since').waitFor();
    await difference.getByRole('button', { name: 'Replay and compare' }).click();
    await difference
      .getByText('by 2 migrations')
      .or(difference.getByText('by 1 migration'))
      .waitFor({ timeout: 60_000 });
    const added = page.getByRole('region', { name: 'Added' });
    assert.match((await added.innerText()).replace(/\s+/g, ' '), /added table public\.orders with 4 parts/);
    assert.match(await added.innerText(), /CREATE TABLE public\.orders/);
    assert.doesNotMatch(await added.innerText(), /orders_note/);
    const changed = page.getByRole('region', { name: 'Changed' });
    assert.match((await changed.innerText()).replace(/\s+/g, ' '), /column public\.people\.id .*type integer bigint/);
    assert.match(await page.getByRole('region', { name: 'Removed' }).innerText(), /column\s+public\.people\.name/);
    assert.deepEqual(
      await at.database.sql("SELECT count(*) FROM pg_class WHERE relname = 'orders'"),
      [['0']],
      'nothing was done here',
    );
    await page.getByLabel('Up to').selectOption('');
    await difference.getByText('Not tried since').waitFor();
  });
});
