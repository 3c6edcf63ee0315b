import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, withPage } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const EVIL = '<img src=x onerror="window.evil = 1">';
/** As the schema names the table. */
const NAMED = `public."${EVIL.replaceAll('"', '""')}"`;
const FILES = {
  'm/001_evil.sql': `-- ${EVIL}\nCREATE TABLE "${EVIL.replaceAll('"', '""')}" (id integer);\n`,
  'm/002_turned.sql': '-- Turned\n-- access\u202E 1 = lanif\u2066 only\nSELECT 1;\n',
  'm/003_more.sql': `ALTER TABLE "${EVIL.replaceAll('"', '""')}" ADD COLUMN "${EVIL.replaceAll('"', '""')}" text NOT NULL DEFAULT random()::text;\n`,
  'm/004_fails.sql': `DO $$ BEGIN RAISE EXCEPTION '%', '${EVIL}'; END $$;\n`,
};

test('names, comments and errors that are markup are shown as text, on every screen', async () => {
  const before = async (at: {
    run: (args: string[]) => Promise<unknown>;
    database: { sql: (sql: string) => Promise<unknown> };
  }) => {
    await at.run(['migrate', '--quiet', '--to', '002']);
    await at.run(['migrate', '--quiet', '--only', '004']);
    await at.database.sql(`CREATE TABLE "${EVIL.replaceAll('"', '""')} 2" (id integer)`);
  };
  await withVisit({ files: FILES, before }, async ({ page, open }) => {
    for (const screen of [
      '',
      'migrations',
      'migrations/001_evil',
      'migrations/004_fails',
      'plan',
      'graph?select=001_evil',
      'schema?q=img',
      `schema/table/${encodeURIComponent(NAMED)}`,
      `schema/picture?select=${encodeURIComponent(NAMED)}`,
      'audit',
    ]) {
      await open(screen);
      await page.getByText('<img src=x').first().waitFor({ state: 'attached' });
      assert.equal(await page.locator('img').count(), 0, screen);
    }
    await open('');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText(/added: table .*<img src=x/).waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('img').count(), 0);
    await open('schema/drift');
    await page.getByRole('region', { name: 'Added' }).waitFor();
    assert.match(await page.getByRole('region', { name: 'Added' }).innerText(), /CREATE TABLE public\."<img src=x/);
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.evaluate('window.evil'), undefined);
  });
});

test('characters that turn a text around are marks with their numbers', async () => {
  await withVisit({ files: FILES }, async ({ page, open }) => {
    await open('migrations/002_turned');
    assert.deepEqual(await page.locator('#L2 mark').allInnerTexts(), ['U+202E', 'U+2066']);
    assert.doesNotMatch(await page.locator('body').innerText(), /[\u202E\u2066]/);
  });
});

test('in a schema, too: names, bodies and comments', async () => {
  const body = '-- access\u202E 1 = lanif\u2066 only\nSELECT 1';
  const before = async (at: { database: { sql: (sql: string) => Promise<unknown> } }) =>
    void (await at.database.sql(`CREATE TABLE "a\u200Bb" (id integer PRIMARY KEY, "c\u202Ed" text);
COMMENT ON TABLE "a\u200Bb" IS 'turned \u202E around'; CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS '${body}'`));
  await withVisit({ files: FILES, before }, async ({ page, open }) => {
    const unseen = async () => assert.doesNotMatch(await page.locator('body').innerText(), /[\u202E\u2066\u200B]/);
    await open('schema');
    await page.getByRole('rowheader').filter({ hasText: 'U+200B' }).waitFor();
    await unseen();
    await page.getByRole('rowheader').filter({ hasText: 'U+200B' }).getByRole('link').click();
    await page.getByRole('table', { name: 'Columns' }).getByText('U+202E').waitFor();
    await unseen();
    await open(`schema/function/${encodeURIComponent('public.f()')}`);
    const definition = page.getByRole('region', { name: 'Definition' });
    await definition.getByText('U+202E').waitFor();
    await unseen();
    await open('schema/picture');
    await page.locator('.graph-box').filter({ hasText: '<U+200B>' }).waitFor();
    assert.doesNotMatch((await page.locator('svg.graph').textContent()) ?? '', /[\u202E\u200B]/);
  });
});

test('the token leaves the address, and no later page or link has it', async () => {
  await withVisit({ files: FILES }, async ({ page, console }) => {
    const token = new URL(console.links[0]!.url).hash;
    assert.doesNotMatch(page.url(), /token/);
    assert.ok(!(await page.content()).includes(token.slice(7)));
    const stored = await page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])');
    assert.ok(!String(stored).includes(token.slice(7)));
    await page.goBack();
    assert.doesNotMatch(page.url(), /token/);
    await withPage({}, async (other) => {
      await other.goto(`${console.url}/`);
      await other.getByText('Open the link that taskflow-db serve has printed').waitFor();
    });
  });
});

test('an address that is mistyped says so, with the way to all screens', async () => {
  await withVisit({ files: FILES }, async ({ page, console, open }) => {
    for (const screen of ['nowhere', 'migrations/%E0%A4', 'migrations/999_none', 'schema/table/public.none']) {
      await open(screen);
      await page
        .getByText(/There is no|no migration|not known|unknown/i)
        .first()
        .waitFor();
      await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).waitFor();
    }
    await page.goto(`${console.url}/t/elsewhere/plan`);
    await page.getByText('There is no target elsewhere').waitFor();
  });
});

test('signing out shows nothing more', async () => {
  await withVisit({ files: FILES }, async ({ page }) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You have signed out.').waitFor();
    assert.equal(await page.getByRole('table').count(), 0);
  });
});

test('a page that nobody uses says that its session has ended, and shows nothing more', async () => {
  await withVisit({ files: FILES, args: () => ['--idle', '2s'] }, async ({ page }) => {
    await page.getByText('The session has ended').waitFor({ timeout: 60_000 });
    assert.equal(await page.getByRole('navigation').count(), 0);
  });
});
