import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_broken_way_back.sql':
    '-- Wrong\nCREATE TABLE orders (id integer);\nCREATE TABLE lines (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
};
const LONG = { timeout: 120_000 };

type Place = {
  run: (args: string[]) => Promise<unknown>;
  write: (files: Record<string, string>) => void;
  database: { url: string };
};

const migrated = async (at: Place) => void (await at.run(['migrate', '--quiet']));
const writing = (at: Place) => ['--write', '--person', 'ada:operator', '--scratch', at.database.url];

test('a proof by the command line is on the first screen, with its age; a file that is edited since makes it old', async () => {
  const before = async (at: Place) => {
    await migrated(at);
    await at.run(['verify', '--scratch', at.database.url]);
  };
  await withVisit({ files: FILES, before }, async ({ page, at }) => {
    const proof = page.getByRole('region', { name: 'Last proof' });
    await proof.getByText('not proven').waitFor();
    const said = (await proof.innerText()).replace(/\s+/g, ' ');
    assert.match(said, /not proven 2 migrations (just now|\d+ s ago) by \w+ #\d+ rollback 002_broken_way_back/);
    assert.doesNotMatch(said, /files have changed/);
    assert.equal(await proof.getByRole('button').count(), 0, 'a console that only shows starts nothing');
    at.write({
      'm/002_broken_way_back.sql': FILES['m/002_broken_way_back.sql'].replace(
        'DROP TABLE orders;',
        'DROP TABLE orders; DROP TABLE lines;',
      ),
    });
    await page.reload();
    await proof.getByText('The files have changed since.').waitFor();
  });
});

test('a proof is started by a button, shows what it finds, and is on record with who asked', async () => {
  await withVisit({ files: FILES, before: migrated, args: writing }, async ({ page, at, open }) => {
    const proof = page.getByRole('region', { name: 'Last proof' });
    await proof.getByText('None is on record.').waitFor();
    await proof.getByRole('button', { name: 'Prove now' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Prove now' }).click();
    await proof.getByText('not proven').waitFor(LONG);
    assert.match(await proof.innerText(), /by ada/);
    await proof.getByText(/\d+ remarks? of this run/).click();
    await proof
      .getByText(/init-complete/)
      .first()
      .waitFor();
    at.write({
      'm/002_broken_way_back.sql': FILES['m/002_broken_way_back.sql'].replace(
        'DROP TABLE orders;',
        'DROP TABLE orders; DROP TABLE lines;',
      ),
    });
    await at.run(['repair', '--accept', '002', '--reason', 'the way back was wrong']);
    await at.run(['verify', '--scratch', at.database.url]);
    await proof.getByText('proven', { exact: true }).waitFor(LONG);
    await open('audit?event=verified');
    const rows = page.getByRole('row').filter({ hasText: 'verified' });
    await rows.nth(1).waitFor();
    assert.equal(await rows.count(), 2);
    await rows.last().getByText('details').click();
    assert.match(await rows.last().innerText(), /"user": "ada"/);
  });
});
