/** What is seen where there is nothing yet, where names are long, and where the database or the console has gone. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, type Page } from '../support/browser.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { accessibilityFaults, withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const SCREENS = [
  '',
  'migrations',
  'plan',
  'run',
  'graph',
  'schema',
  'schema/picture',
  'approvals',
  'data',
  'backups',
  'audit',
];

/** Nothing is cut off, and what is written can be read without going sideways. */
async function fits(page: Page, screen: string): Promise<void> {
  const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
  assert.ok(overflow <= 0, `${screen}: ${overflow} pixels too wide`);
}

test('a new database without a migration: every screen says so, and nothing is taken for a fault', async () => {
  await withVisit(
    { files: { 'm/README.md': 'none yet' }, viewport: { width: 390, height: 800 } },
    async ({ page, open }) => {
      for (const screen of SCREENS) {
        await open(screen);
        await page.locator('.loading').first().waitFor({ state: 'detached' });
        assert.equal(await page.getByRole('alert').count(), 0, `${screen}: ${await page.locator('main').innerText()}`);
        const said = await page.locator('main').innerText();
        assert.ok(said.split('\n').length > 1, `${screen} says nothing: ${said}`);
        assert.deepEqual(await accessibilityFaults(page), [], screen);
        await fits(page, screen);
      }
    },
  );
});

test('long names break, wherever they stand', async () => {
  const long = (what: string) => `${what}_${'x'.repeat(62 - what.length)}`;
  const file = `001_${'a_very_long_description_'.repeat(6)}end`;
  const files = {
    [`m/${file}.sql`]: `-- ${'Words '.repeat(60)}\nCREATE TABLE ${long('table')} (${long('column')} integer PRIMARY KEY);\nCREATE INDEX ${long('index')} ON ${long('table')} (${long('column')});\n`,
    'm/002_broken.sql': `ALTER TABLE ${long('missing')} ADD COLUMN ${long('column')} integer;\n`,
  };
  const before = async (at: DatabaseWorkplace) => {
    assert.equal((await at.run(['migrate', '--quiet'])).exit, 1);
  };
  await withVisit({ files, before, viewport: { width: 390, height: 800 } }, async ({ page, open }) => {
    const detail = [`migrations/${file}`, `schema/table/public.${long('table')}`, 'migrations/002_broken'];
    for (const screen of [...SCREENS, ...detail]) {
      await open(screen);
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      await fits(page, screen);
    }
  });
});

test('a database that has gone is named in the bar, and when it is back, so is the page', async () => {
  await withVisit({ files: { 'm/001_a.sql': 'CREATE TABLE a (id integer);\n' } }, async ({ page, at, open }) => {
    const { name, server } = at.database;
    await open('migrations');
    await page.getByRole('status').getByText('live').waitFor();
    const admit = (isAdmitted: boolean) =>
      server.sql('postgres', `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${isAdmitted}`);
    await admit(false);
    await server.sql('postgres', `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    await page.getByRole('status').getByText('database away').waitFor();
    await page.getByRole('rowheader', { name: '001_a' }).waitFor();
    await open('plan');
    await page.getByRole('alert').first().waitFor();
    assert.match(await page.getByRole('alert').first().innerText(), /connect/);
    assert.deepEqual(await accessibilityFaults(page), []);
    await admit(true);
    await page.getByRole('status').getByText('live').waitFor();
    await page.getByRole('region', { name: '001_a' }).waitFor();
  });
});

test('a console that has ended is named in the bar; what was shown stays', async () => {
  await withVisit({ files: { 'm/001_a.sql': 'CREATE TABLE a (id integer);\n' } }, async ({ page, console, open }) => {
    await open('migrations');
    await page.getByRole('status').getByText('live').waitFor();
    await console.stop();
    await page.getByRole('status').getByText('console away').waitFor();
    await page.getByRole('rowheader', { name: '001_a' }).waitFor();
  });
});
