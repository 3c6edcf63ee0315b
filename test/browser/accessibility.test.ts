import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { accessibilityFaults, withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY, name text);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_orders.sql':
    '-- Orders\n-- Depends: 001\nCREATE TABLE orders (id integer PRIMARY KEY, person integer REFERENCES people);\n',
  'm/003_broken.sql': 'SELECT 1 / 0;\n',
  'm/004_wide.sql': 'ALTER TABLE people ALTER COLUMN id TYPE bigint;\nCREATE INDEX people_name ON people (name);\n',
};

const SCREENS = [
  '',
  'migrations',
  'migrations/001_people',
  'migrations/004_wide',
  'plan',
  'run',
  'graph?select=001_people',
  'schema?q=na',
  'schema/table/public.orders',
  'schema/picture?select=public.people',
  'schema/drift',
  'data',
  'backups',
  'audit',
];

const before = async (at: {
  run: (args: string[]) => Promise<unknown>;
  write: (files: Record<string, string>) => void;
}) => {
  await at.run(['migrate', '--quiet', '--to', '003']);
  at.write({ 'm/001_people.sql': FILES['m/001_people.sql'].replace('name text', 'name text, mail text') });
};

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [1280, 390])
    test(`everybody can use every screen: ${colorScheme}, ${width} pixels`, async () => {
      await withVisit(
        { files: FILES, before, colorScheme, viewport: { width, height: 800 } },
        async ({ page, open }) => {
          for (const screen of SCREENS) {
            await open(screen);
            await page.locator('.loading').first().waitFor({ state: 'detached' });
            assert.deepEqual(await accessibilityFaults(page), [], screen);
            const wide = await page.evaluate('document.documentElement.scrollWidth');
            assert.ok(Number(wide) <= width, `${screen} is ${wide} pixels wide`);
          }
        },
      );
    });

test('every screen is reached by keys alone', async () => {
  await withVisit({ files: FILES, before }, async ({ page }) => {
    for (const [key, name] of [
      ['m', 'Migrations'],
      ['p', 'Plan'],
      ['r', 'Run'],
      ['g', 'Graph'],
      ['d', 'Data'],
      ['b', 'Backups'],
      ['s', 'Schema'],
      ['a', 'Audit'],
      // From the one that is loaded straight to another one that is.
      ['s', 'Schema'],
      ['d', 'Data'],
      ['s', 'Schema'],
      ['r', 'Run'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.getByRole('heading', { level: 1, name }).waitFor();
    }
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.getByRole('heading', { level: 1, name: 'Migrations' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(new URL(page.url()).hash, '#content');
  });
});
