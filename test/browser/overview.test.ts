import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql': '-- People\nCREATE TABLE people (id integer PRIMARY KEY, name text);\n',
  'm/002_orders.sql':
    '-- Orders\n-- Depends: 001\nCREATE TABLE orders (id integer PRIMARY KEY, person integer REFERENCES people);\n',
  'm/003_broken.sql': '-- Broken\nALTER TABLE no_such_table ADD COLUMN x integer;\n',
  'm/004_a.sql': 'CREATE TABLE a (id integer);\n',
  'm/005_b.sql': 'CREATE TABLE b (id integer);\n',
  'm/006_wide.sql': 'ALTER TABLE people ALTER COLUMN id TYPE bigint;\n',
};

test('three pending, one failed, one drifted table: each number is right, and leads on', async () => {
  const before = async (at: {
    run: (args: string[]) => Promise<unknown>;
    database: { sql: (sql: string) => Promise<unknown> };
  }) => {
    await at.run(['migrate', '--quiet', '--to', '003']);
    await at.database.sql('ALTER TABLE orders ADD COLUMN by_hand text');
  };
  await withVisit({ files: FILES, before }, async ({ page, at }) => {
    const counts = page.getByRole('list', { name: 'Migrations by state' });
    assert.deepEqual(await counts.getByRole('listitem').allInnerTexts(), ['2 applied', '3 pending', '1 failed']);
    const look = page.getByRole('region', { name: 'Needs a look' });
    assert.match(await look.innerText(), /failed\s+003_broken[\s\S]*no_such_table/);
    const next = page.getByRole('region', { name: 'Next run' });
    await next.getByText('4 migrations').waitFor();
    assert.match(await next.innerText(), /stops reads and writes\s+of public\.\w+/);

    const drift = page.getByRole('region', { name: 'Drift' });
    await drift.getByRole('button', { name: 'Compare' }).click();
    await drift.getByText('1 difference').waitFor({ timeout: 60_000 });
    assert.match(await drift.innerText(), /added: column .*orders.*by_hand/);
    const trail = page.getByRole('region', { name: 'Audit trail' });
    await trail.getByRole('button', { name: 'Verify' }).click();
    await trail.getByText('whole', { exact: true }).waitFor();

    await counts.getByRole('link', { name: '1 failed' }).click();
    await page.getByRole('heading', { name: 'Migrations' }).waitFor();
    assert.equal(new URL(page.url()).pathname, `/t/${at.database.name}/migrations`);
    assert.equal(new URL(page.url()).search, '?state=failed');
    assert.deepEqual(await page.getByRole('rowheader').allInnerTexts(), ['003_broken']);
    await page.goBack();
    await look.getByRole('link', { name: '003_broken' }).click();
    await page.getByRole('heading', { name: '003_broken failed' }).waitFor();
  });
});

test('what the command line does is seen without loading the page anew', async () => {
  await withVisit(
    { files: FILES, before: async (at) => void (await at.run(['migrate', '--quiet', '--to', '001'])) },
    async ({ page, at }) => {
      const counts = page.getByRole('list', { name: 'Migrations by state' });
      await counts.getByRole('link', { name: '1 applied' }).waitFor();
      await page.getByText('live', { exact: true }).waitFor();
      await at.run(['migrate', '--quiet', '--to', '002']);
      await counts.getByRole('link', { name: '2 applied' }).waitFor();
      await page
        .getByRole('region', { name: 'Newest events' })
        .getByRole('link', { name: '002_orders' })
        .first()
        .waitFor();
    },
  );
});

test('who blocks what would run is named with the process', async () => {
  await withVisit(
    { files: FILES, before: async (at) => void (await at.run(['migrate', '--quiet', '--to', '002'])) },
    async ({ page, at, open }) => {
      at.remove('m/003_broken.sql');
      const holder = at.database
        .sql(
          "SELECT set_config('application_name', 'nightly report', false); LOCK TABLE people IN ACCESS SHARE MODE; SELECT pg_sleep(600)",
        )
        .catch(() => undefined);
      const pidOf = async () =>
        (
          await at.database.sql(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'nightly report' AND wait_event = 'PgSleep'",
          )
        )[0]?.[0];
      let pid = await pidOf();
      while (!pid) pid = await pidOf();
      await open('');
      const next = page.getByRole('region', { name: 'Next run' });
      await next.getByText('in the way').first().waitFor();
      assert.match(await next.innerText(), /nightly report[\s\S]*people/);
      await open('plan');
      await page.getByRole('region', { name: 'In the way now' }).getByText(`pid ${pid}`, { exact: true }).waitFor();
      await at.database.sql(`SELECT pg_terminate_backend(${pid})`);
      await holder;
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByRole('region', { name: 'In the way now' }).getByText('Nobody and nothing.').waitFor();
    },
  );
});
