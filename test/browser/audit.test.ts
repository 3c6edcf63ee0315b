import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql': 'CREATE TABLE people (id integer PRIMARY KEY);\n',
  'm/002_orders.sql': 'CREATE TABLE orders (id integer PRIMARY KEY);\n',
  'm/003_broken.sql': 'SELECT 1 / 0;\n',
};

const applied = async (at: { run: (args: string[]) => Promise<unknown> }) =>
  void (await at.run(['migrate', '--quiet']));

test('a superuser edits a row: verify turns red and names it', async () => {
  await withVisit({ files: FILES, before: applied }, async ({ page, at, open }) => {
    await open('audit');
    const chain = page.getByRole('region', { name: 'Audit trail' });
    await chain.getByRole('button', { name: 'Verify' }).click();
    await chain.getByText('whole', { exact: true }).waitFor();
    assert.match(await chain.innerText(), /head #\d+ [0-9a-f]{64}/);
    await at.database.sql(`ALTER TABLE schema_migration_events DISABLE TRIGGER USER; UPDATE schema_migration_events SET actor = 'nobody' WHERE seq = 3;
ALTER TABLE schema_migration_events ENABLE TRIGGER USER`);
    await chain.getByRole('button', { name: 'Verify' }).click();
    await chain.getByText('not whole').waitFor();
    assert.match(await chain.innerText(), /first that is wrong is #3, changed/);
  });
});

test('events are filtered by kind and text, in the address, and saved as a file', async () => {
  await withVisit({ files: FILES, before: applied }, async ({ page, open }) => {
    await open('audit');
    const table = page.getByRole('table', { name: 'Events' });
    await table.getByRole('link', { name: '003_broken' }).first().waitFor();
    await page.getByLabel('Kind of event').selectOption('failed');
    await page.getByText('1 event', { exact: true }).waitFor();
    assert.match(await table.innerText(), /003_broken[\s\S]*division by zero/);
    assert.equal(new URL(page.url()).search, '?event=failed');
    await page.getByLabel('Kind of event').selectOption('');
    await page.getByRole('searchbox').fill('002_ORDERS');
    // The run that has applied it names it in its first event, too: what it was to apply.
    await page.getByText('3 events', { exact: true }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as JSON' }).click();
    const file = await download;
    const { events } = JSON.parse(readFileSync(await file.path(), 'utf8')) as {
      events: { version: string; hash: string }[];
    };
    assert.deepEqual(
      events.map(({ version }) => version),
      ['002_orders', '002_orders', '001_people'],
    );
    assert.match(events[0]?.hash ?? '', /^[0-9a-f]{64}$/);
  });
});
