import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { accessibilityFaults, withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'taskflow-db.config.json': JSON.stringify({ keep: { last: 3, days: 90 } }),
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY, mail text);\nINSERT INTO people SELECT i, $$x$$ FROM generate_series(1, 100) AS i;\nCREATE TABLE "<b>bold</b>" (id integer);\n-- ROLLBACK:\n-- DROP TABLE people, "<b>bold</b>";\n',
  'm/002_drop.sql':
    '-- Drop\nALTER TABLE people DROP COLUMN mail;\n-- ROLLBACK:\n-- ALTER TABLE people ADD COLUMN mail text;\n',
};

const before = async (at: DatabaseWorkplace) => {
  await at.run(['migrate', '--quiet', '--to', '001']);
  await at.run(['backup', '--quiet', '--method', 'copy']);
  await at.run(['migrate', '--quiet', '--yes']);
};

test('a backup is found, looked into, and its commands are copied; nothing restores from the page', async () => {
  await withVisit(
    { files: FILES, before, permissions: ['clipboard-read', 'clipboard-write'] },
    async ({ page, at, open }) => {
      await open('backups');
      const row = page.getByRole('table', { name: 'Backups' }).getByRole('row').nth(1);
      await row.getByText('not proven').waitFor();
      await row.getByText('as on record').waitFor();
      const rules = page.getByRole('region', { name: 'How long they stay' });
      assert.match(
        await rules.innerText(),
        /one of the newest 3 of its kind, at most 90 days old[\s\S]*would remove nothing/,
      );
      const kept = page.getByRole('region', { name: 'Kept in the database' });
      assert.match(await kept.innerText(), /a rollback needs it.*100 rows of public\.people \(mail\), by 002_drop/);

      assert.equal((await at.run(['backup', 'verify', '--quiet', '--scratch', at.database.url])).exit, 0);
      await page.reload();
      await row.getByText('proven', { exact: true }).waitFor();
      await row.getByRole('link').first().click();
      const restore = page.getByRole('region', { name: 'To restore it' });
      const id = new URL(page.url()).pathname.split('/').at(-1);
      await restore.getByRole('button', { name: 'Copy' }).nth(1).click();
      await restore.getByRole('button', { name: 'Copied' }).waitFor();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), `taskflow-db restore ${id}`);
      await page.getByLabel(/<b>bold<\/b>/).check();
      await page.getByText(`taskflow-db restore ${id} --tables 'public."<b>bold</b>"'`).waitFor();
      const proof = page.getByRole('region', { name: 'Last proof' });
      assert.match(await proof.innerText(), /right[\s\S]*digests[\s\S]*restore[\s\S]*schema[\s\S]*rows/);
      assert.equal(await page.getByRole('button', { name: /restore|prune|remove/i }).count(), 0);
    },
  );
});

for (const width of [1280, 390])
  test(`backups are readable at ${width} pixels, for everybody`, async () => {
    await withVisit({ files: FILES, before, viewport: { width, height: 800 } }, async ({ page, open }) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await open('backups');
        await page.getByRole('table', { name: 'Backups' }).waitFor();
        assert.deepEqual(await accessibilityFaults(page), []);
        await page.getByRole('row').getByRole('link').first().click();
        await page.getByRole('region', { name: 'To restore it' }).waitFor();
        assert.deepEqual(await accessibilityFaults(page), []);
        assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width);
      }
    });
  });
