import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    'CREATE TABLE people (id integer PRIMARY KEY, name text, age integer);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
};

type Place = {
  run: (args: string[]) => Promise<unknown>;
  database: { sql: (sql: string) => Promise<unknown>; url: string };
};

const byHand =
  (sql: string) =>
  async (at: Place): Promise<void> => {
    await at.run(['migrate', '--quiet']);
    await at.database.sql(sql);
  };
const writing = (at: Place) => ['--write', '--person', 'ada:operator', '--scratch', at.database.url];
const LONG = { timeout: 60_000 };

test('an index by hand is under added with its definition; accepted, it is gone, and audited', async () => {
  const before = byHand('CREATE INDEX by_hand ON people (name DESC)');
  await withVisit({ files: FILES, before, args: writing }, async ({ page, at, open }) => {
    await open('schema/drift');
    await page.getByRole('button', { name: 'Compare' }).click();
    const added = page.getByRole('region', { name: 'Added' });
    await added.waitFor(LONG);
    assert.match(await added.innerText(), /index\s+public\.by_hand/);
    assert.match(await added.innerText(), /CREATE INDEX by_hand ON public\.people USING btree \(name DESC\)/);

    await page.getByRole('button', { name: 'Accept on record' }).click();
    const dialog = page.getByRole('dialog');
    const confirm = dialog.getByRole('button', { name: 'Accept on record' });
    assert.ok(await confirm.isDisabled(), 'without a reason nothing is accepted');
    await dialog.getByLabel('Why it may stay').fill('made in the night of the outage');
    await confirm.click();
    await page.getByText('no drift', { exact: true }).waitFor(LONG);
    assert.equal(await added.count(), 0);
    const accepted = page.getByRole('region', { name: 'Accepted on record' });
    assert.match(await accepted.innerText(), /index\s+public\.by_hand[\s\S]*made in the night of the outage/);

    await accepted.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    const event = page.getByRole('row').filter({ hasText: 'drift accepted' });
    await event.getByText('made in the night').first().click();
    assert.match(await event.innerText(), /by_hand/);
    assert.match(await event.innerText(), /"user": "ada"/);
    const check = (await at.run(['diff', '--scratch', at.database.url])) as { exit: number; output: string };
    assert.equal(check.exit, 0, check.output);
  });
});

test('what is not selected stays drift; what has changed since it was seen is not accepted', async () => {
  const before = byHand('CREATE INDEX by_hand ON people (name); ALTER TABLE people ALTER COLUMN age SET DEFAULT 7');
  await withVisit({ files: FILES, before, args: writing }, async ({ page, at, open }) => {
    await open('schema/drift');
    await page.getByRole('button', { name: 'Compare' }).click();
    const changed = page.getByRole('region', { name: 'Changed' });
    await changed.waitFor(LONG);
    assert.match((await changed.getByRole('row').nth(1).innerText()).replace(/\s+/g, ' '), /default none 7/);
    await changed.getByText('Both definitions').click();
    await changed.getByText('age integer DEFAULT 7').waitFor();

    const accept = async (reason: string) => {
      await page.getByRole('button', { name: 'Accept on record' }).first().click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Why it may stay').fill(reason);
      await dialog.getByRole('button', { name: 'Accept on record' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await at.database.sql('DROP INDEX by_hand; CREATE INDEX by_hand ON people (age)');
    await accept('too late');
    await page.getByText('The drift is not what was shown any more').first().waitFor(LONG);
    await page.getByRole('region', { name: 'Added' }).getByText('(age)').waitFor(LONG);

    await changed.getByLabel('accept').uncheck();
    await accept('only the index');
    await page.getByText('1 accepted on record').waitFor(LONG);
    await page.getByText('1 difference', { exact: true }).first().waitFor();
    assert.equal(await page.getByRole('region', { name: 'Added' }).count(), 0);
    await changed.waitFor();
  });
});

test('drift becomes a migration file, recorded as applied, under the name of who asked', async () => {
  await withVisit(
    { files: FILES, before: byHand('CREATE INDEX by_hand ON people (name)'), args: writing },
    async ({ page, at, open }) => {
      await open('schema/drift');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('region', { name: 'Added' }).waitFor(LONG);
      await page.getByRole('button', { name: 'Make a migration' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name of the file').fill('index_by_hand');
      await dialog.getByRole('button', { name: 'Make a migration' }).click();
      await page.getByText('no drift', { exact: true }).waitFor(LONG);
      const path = join(at.folder, 'm/002_index_by_hand.sql');
      assert.ok(existsSync(path));
      assert.match(readFileSync(path, 'utf8'), /Author: ada[\s\S]*CREATE INDEX CONCURRENTLY by_hand/);
      await open('migrations');
      assert.match(await page.getByRole('row').filter({ hasText: '002_index_by_hand' }).innerText(), /applied/);
    },
  );
});

test('a console that only shows gives the SQL to copy, and nothing to decide', async () => {
  await withVisit({ files: FILES, before: byHand('CREATE INDEX by_hand ON people (name)') }, async ({ page, open }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open('schema/drift');
    await page.getByRole('button', { name: 'Compare' }).click();
    const panel = page.getByRole('region', { name: 'As a migration' });
    await panel.waitFor(LONG);
    assert.match(await panel.innerText(), /started without --write[\s\S]*diff --to-migration/);
    assert.equal(await page.getByRole('button', { name: /Accept|Make a migration/ }).count(), 0);
    await panel.getByRole('button', { name: 'Copy the SQL' }).click();
    await panel.getByRole('button', { name: 'Copied' }).waitFor();
    assert.match(String(await page.evaluate('navigator.clipboard.readText()')), /CREATE INDEX CONCURRENTLY by_hand/);
    // Whoever else looks at this console sees what was found, as long as nothing has happened since.
    await page.reload();
    await page.getByRole('region', { name: 'Added' }).getByText('by_hand').first().waitFor();
  });
});
