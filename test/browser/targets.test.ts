/** One console over several databases, of which one is production. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, type Page, withPage } from '../support/browser.ts';
import { type Workplace, withWorkplace } from '../support/cli.ts';
import { type StartedConsole, signIn, startConsole } from '../support/console.ts';
import { accessibilityFaults } from '../support/console-bed.ts';
import { engines, type TestDatabase, withDatabase } from '../support/servers.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_orders.sql':
    '-- Orders\nCREATE TABLE orders (id integer PRIMARY KEY);\n\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
};

interface Bed {
  readonly at: Workplace;
  readonly console: StartedConsole;
  readonly staging: TestDatabase;
  readonly production: TestDatabase;
}

/** Staging has both migrations, production the first. */
async function withBoth(body: (bed: Bed) => Promise<void>): Promise<void> {
  const newest = engines.at(-1)!;
  await withDatabase(newest, (staging) =>
    withDatabase(newest, (production) =>
      withWorkplace(FILES, {}, async (at) => {
        const environments = {
          staging: { url: staging.url },
          production: { url: production.url, production: true },
        };
        at.write({ 'taskflow-db.config.json': JSON.stringify({ environments }) });
        for (const [name, to] of [
          ['staging', '002'],
          ['production', '001'],
        ] as const) {
          const { exit, output } = await at.run(['migrate', '--env', name, '--to', to, '--yes', '--quiet']);
          assert.equal(exit, 0, output);
        }
        const people = ['--person', 'otto:operator', '--person', 'olga:operator'];
        const console = await startConsole(at, ['--env', 'staging', '--also', 'production', '--write', ...people]);
        try {
          await body({ at, console, staging, production });
        } finally {
          await console.stop();
        }
      }),
    ),
  );
}

const band = (page: Page) => page.getByText('Production: production', { exact: true });
const tables = async (database: TestDatabase) =>
  (await database.sql("SELECT relname FROM pg_class WHERE relname IN ('people', 'orders') ORDER BY relname")).flat();

test('the database is chosen in the bar, its name is in the address, and the red band is that of production alone', async () => {
  await withBoth(async ({ console }) => {
    await withPage({}, async (page) => {
      await page.goto(console.links[0]!.url);
      const states = page.getByRole('list', { name: 'Migrations by state' });
      await states.getByText('2 applied').waitFor();
      assert.equal(new URL(page.url()).pathname, '/t/staging');
      assert.equal(await band(page).count(), 0);

      const choice = page.getByRole('combobox', { name: 'Database' });
      await choice.selectOption('production');
      await band(page).waitFor();
      await states.getByText('1 pending').waitFor();
      assert.equal(new URL(page.url()).pathname, '/t/production');
      assert.equal(
        await page.evaluate("getComputedStyle(document.querySelector('.production')).backgroundColor"),
        'rgb(168, 32, 26)',
      );
      assert.deepEqual(await accessibilityFaults(page), []);

      await page.getByRole('navigation').getByRole('link', { name: 'Migrations' }).click();
      await page.getByRole('row').filter({ hasText: '002_orders' }).getByText('pending').waitFor();
      await choice.selectOption('staging');
      await page.getByRole('row').filter({ hasText: '002_orders' }).getByText('applied').waitFor();
      assert.equal(new URL(page.url()).pathname, '/t/staging/migrations', 'the screen stays');
      assert.equal(await band(page).count(), 0);
      await page.goBack();
      await band(page).waitFor();
      await page.reload();
      await page.getByRole('row').filter({ hasText: '002_orders' }).getByText('pending').waitFor();
    });
  });
});

test('on production the name of the database is typed; elsewhere it is not asked for, and the other one is left alone', async () => {
  await withBoth(async ({ at, console, staging, production }) => {
    const one = await signIn(console.url, console.links[0]!.url);
    await withPage({}, async (page) => {
      await page.goto(console.links[1]!.url);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const dialog = page.getByRole('dialog');

      await page.goto(`${console.url}/t/staging/migrations/002_orders`);
      await page.getByRole('button', { name: 'Roll back' }).click();
      await dialog.getByRole('button', { name: 'Roll back' }).click();
      await page.getByRole('heading', { name: 'Run done' }).waitFor();
      assert.deepEqual(await tables(staging), ['people']);

      await page.goto(`${console.url}/t/production/plan`);
      await page.getByRole('button', { name: 'Apply', exact: true }).click();
      const go = dialog.getByRole('button', { name: 'Apply', exact: true });
      const name = dialog.getByRole('textbox', { name: `Type ${production.name} to go on` });
      for (const wrong of ['production', staging.name, production.name.toUpperCase()]) {
        await name.fill(wrong);
        assert.ok(await go.isDisabled(), wrong);
      }
      await name.fill(production.name);
      await go.click();
      await page.getByRole('heading', { name: 'Run done' }).waitFor();
      assert.deepEqual([await tables(staging), await tables(production)], [['people'], ['orders', 'people']]);
    });
    const forged = await one.post('/api/targets/production/rollback', { confirm: staging.name });
    assert.equal(forged.status, 409, forged.text);
    assert.equal((await one.get('/api/targets/elsewhere/overview')).status, 404);
    const { exit, output } = await at.run(['history', '--env', 'production', '--verify']);
    assert.equal(exit, 0, output);
  });
});
