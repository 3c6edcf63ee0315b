import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { send } from '../support/console.ts';
import { accessibilityFaults, withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY, name text);\nINSERT INTO people SELECT n FROM generate_series(1, 100000) AS n;\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_wide.sql':
    '-- Wide keys\nALTER TABLE people ALTER COLUMN id TYPE bigint;\n\n-- ROLLBACK:\n-- ALTER TABLE people ALTER COLUMN id TYPE integer;\n',
};

const applyFirst = async (at: DatabaseWorkplace) => {
  const { exit, output } = await at.run(['migrate', '--quiet', '--to', '001']);
  assert.equal(exit, 0, output);
  await at.database.sql('ANALYZE people');
};
const withWrite = (at: DatabaseWorkplace) => ['--write', '--scratch', at.database.url];
const columnType =
  "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname = 'id'";

test('a live dry run shows the locks and the rewrite beside the forecast, and changes nothing', async () => {
  await withVisit({ files: FILES, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    await open('plan');
    const planned = page.getByRole('region', { name: '002_wide' });
    assert.match(await planned.innerText(), /ACCESS EXCLUSIVE[\s\S]*stops reads and writes[\s\S]*rewrites the table/);
    await page.getByRole('button', { name: 'Try live' }).click();
    const dialog = page.getByRole('dialog', { name: 'Try it on the database itself?' });
    await dialog.getByText('Meanwhile reads and writes of public.people wait.').waitFor();
    await dialog.getByRole('button', { name: 'Try live' }).click();
    const result = page.getByRole('region', { name: 'Tried on the database' });
    await result.getByText('passed').waitFor();
    assert.match(await result.innerText(), /rolled back: nothing was changed/);
    assert.match(await result.innerText(), /reads and writes of public\.people waited up to/);
    const measured = planned.getByRole('row').filter({ hasText: 'ALTER TABLE' }).locator('.c-measured');
    assert.match(
      await measured.innerText(),
      /passed[\s\S]*AccessExclusive on public\.people[\s\S]*rewrote public\.people/,
    );
    assert.deepEqual(await at.database.sql(columnType), [['integer']]);
    await page.reload();
    await result.getByText('passed').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
  });
});

test('a rehearsal on a copy leaves the database alone and its result beside the forecast', async () => {
  await withVisit({ files: FILES, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    await open('plan');
    await page.getByRole('button', { name: 'Rehearse' }).click();
    await page.getByRole('dialog', { name: 'Rehearse on a copy?' }).getByRole('button', { name: 'Rehearse' }).click();
    const result = page.getByRole('region', { name: 'Rehearsed on a copy' });
    await result.getByText('passed').waitFor({ timeout: 60_000 });
    assert.match(await page.getByRole('region', { name: '002_wide' }).innerText(), /AccessExclusive on public\.people/);
    assert.deepEqual(await at.database.sql(columnType), [['integer']]);
    const events = await at.database.sql(
      "SELECT event, detail ->> 'outcome', detail -> 'versions' ->> 0, detail -> 'console' ->> 'user' IS NOT NULL FROM schema_migration_events WHERE event IN ('dry_run', 'rehearsed')",
    );
    assert.deepEqual(events, [['rehearsed', 'passed', '002_wide', 't']]);
  });
});

test('a rollback says what is lost before it is done, and what was kept comes back', async () => {
  const files = {
    ...FILES,
    'm/002_wide.sql':
      '-- Without names\nALTER TABLE people DROP COLUMN name;\n\n-- ROLLBACK:\n-- ALTER TABLE people ADD COLUMN name text;\n',
    'm/003_more.sql': '-- More\nCREATE TABLE more (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE more;\n',
  };
  const before = async (at: DatabaseWorkplace) => {
    await applyFirst(at);
    await at.database.sql("UPDATE people SET name = 'n' || id");
    const { exit, output } = await at.run(['migrate', '--quiet']);
    assert.equal(exit, 0, output);
    await at.database.sql('INSERT INTO more SELECT generate_series(1, 3); ANALYZE more');
  };
  await withVisit({ files, before, args: withWrite }, async ({ page, at, open }) => {
    await open('migrations/003_more');
    await page.getByRole('button', { name: 'Roll back' }).click();
    const dialog = page.getByRole('dialog', { name: 'Roll back?' });
    await dialog.getByText(/Loses table more with every row written since/).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Roll back');
    await page.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('heading', { name: 'Run done' }).waitFor();
    await page.getByRole('region', { name: 'Migrations', exact: true }).getByText('rolled back').waitFor();
    assert.deepEqual(await at.database.sql("SELECT to_regclass('more')::text"), [[null]]);
    await open('migrations/002_wide');
    await page.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByText(/Comes back: name of/).waitFor();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('heading', { name: 'Run done' }).waitFor();
    assert.deepEqual(await at.database.sql('SELECT name FROM people WHERE id = 7'), [['n7']]);
  });
});

test('a viewer sees no button that does anything, and a forged request is refused', async () => {
  const args = () => ['--write', '--person', 'vera:viewer', '--person', 'otto:operator'];
  await withVisit({ files: FILES, before: applyFirst, args }, async ({ page, at, console, open }) => {
    for (const screen of ['plan', 'run', 'migrations/001_people', '']) {
      await open(screen);
      const names = await page.getByRole('main').getByRole('button').allInnerTexts();
      const acting = names.filter((name) => /apply|roll back|rehearse|try live|cancel|end its/i.test(name));
      assert.deepEqual(acting, [], screen);
    }
    await open('plan');
    await page.getByText('Apply: for the role operator').waitFor();
    const path = `/api/targets/${at.database.name}/apply`;
    const status = await page.evaluate(async (url) => {
      const { csrf } = (await (await fetch('/api/session')).json()) as { csrf: string };
      const headers = { 'Content-Type': 'application/json', 'X-Taskflow-Token': csrf };
      return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
    }, path);
    assert.equal(status, 403);
    assert.equal(
      (await send(console.url, path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }))
        .status,
      401,
    );
    assert.deepEqual(await at.database.sql(columnType), [['integer']]);
  });
});

test('without --write there is no button and no route', async () => {
  await withVisit({ files: FILES, before: applyFirst }, async ({ page, at, open }) => {
    await open('plan');
    await page.getByRole('region', { name: '002_wide' }).waitFor();
    assert.equal(await page.getByRole('button', { name: /Apply|Try live|Rehearse|Roll back/ }).count(), 0);
    await page.getByText('read only').waitFor();
    const status = await page.evaluate(async (url) => {
      const { csrf } = (await (await fetch('/api/session')).json()) as { csrf: string };
      const headers = { 'Content-Type': 'application/json', 'X-Taskflow-Token': csrf };
      return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
    }, `/api/targets/${at.database.name}/apply`);
    assert.equal(status, 404);
  });
});

test('on production the band is red, and nothing begins before the name of the database is typed', async () => {
  const before = async (at: DatabaseWorkplace) => {
    await applyFirst(at);
    await at.database.sql("INSERT INTO schema_migration_settings (key, value) VALUES ('production', 'true')");
  };
  await withVisit({ files: FILES, before, args: withWrite }, async ({ page, at, open }) => {
    await open('plan');
    await page.getByText(`Production: ${at.database.name}`).waitFor();
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Apply 1 migration?' });
    const go = dialog.getByRole('button', { name: 'Apply', exact: true });
    const name = dialog.getByRole('textbox', { name: `Type ${at.database.name} to go on` });
    assert.ok(await go.isDisabled());
    await name.fill(at.database.name.slice(1));
    assert.ok(await go.isDisabled());
    assert.deepEqual(await accessibilityFaults(page), []);
    await name.fill(at.database.name);
    await name.press('Enter');
    await page.getByRole('heading', { name: 'Run done' }).waitFor();
    assert.deepEqual(await at.database.sql(columnType), [['bigint']]);
  });
});

test('a migration that fails is shown with its place, its message and the next step', async () => {
  const files = {
    ...FILES,
    'm/002_wide.sql': '-- Broken\nCREATE TABLE other (id integer);\nALTER TABLE people ADD COLUMN x no_such_type;\n',
  };
  await withVisit({ files, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    await open('plan');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('heading', { name: 'Run failed' }).waitFor();
    const end = page.getByRole('region', { name: 'How it ended' });
    await end.getByRole('link', { name: /m\/002_wide\.sql:3:\d+/ }).waitFor();
    assert.match(
      await end.innerText(),
      /ALTER TABLE people ADD COLUMN x no_such_type;\n +\^[\s\S]*no_such_type" does not exist \(42704\)[\s\S]*Rolled back/,
    );
    const rows = page.getByRole('table', { name: 'Statements' }).getByRole('row');
    assert.match(await rows.filter({ hasText: 'CREATE TABLE other' }).innerText(), /rolled back/);
    assert.match(await rows.filter({ hasText: 'no_such_type' }).innerText(), /failed/);
    assert.deepEqual(await at.database.sql("SELECT to_regclass('other')::text"), [[null]]);
  });
});
