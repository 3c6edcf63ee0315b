import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    '-- People\n-- Author: Ada\nCREATE TABLE people (\n  id integer PRIMARY KEY,\n  name text\n);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_orders.sql':
    '-- Orders\n-- Depends: 001\nCREATE TABLE orders (id integer PRIMARY KEY, person integer REFERENCES people);\n',
  'm/003_index.sql': '-- Find by name\nCREATE INDEX people_name ON people (name);\n',
};

const applyTwo = async (at: { run: (args: string[]) => Promise<unknown> }) =>
  void (await at.run(['migrate', '--quiet', '--to', '002']));

test('an applied file that is edited turns modified, and the page shows the line', async () => {
  await withVisit({ files: FILES, before: applyTwo }, async ({ page, at, open }) => {
    at.write({ 'm/001_people.sql': FILES['m/001_people.sql'].replace('name text', 'name text NOT NULL') });
    await open('migrations');
    const row = page.getByRole('row').filter({ hasText: '001_people' });
    assert.match(await row.innerText(), /modified/);
    await row.getByRole('link').click();
    const changed = page.getByRole('region', { name: 'Applied, and the file now' });
    await changed.waitFor();
    const lines = await changed.locator('.diff-added, .diff-removed').allInnerTexts();
    assert.deepEqual(
      lines.map((line) => line.replace(/\s+/g, ' ').trim()),
      ['- name text', '+ name text NOT NULL'],
    );
  });
});

test('one migration: its SQL, the finding at its line, headers, way back, history, and neighbours both ways', async () => {
  await withVisit({ files: FILES, before: applyTwo }, async ({ page, open }) => {
    await open('migrations/001_people');
    const facts = page.getByRole('region', { name: 'Facts' });
    assert.match(await facts.innerText(), /Author\s+Ada/);
    assert.deepEqual((await page.locator('.sql-keyword').allInnerTexts()).slice(0, 2), ['CREATE', 'TABLE']);
    const dependencies = page.getByRole('region', { name: 'Dependencies' });
    assert.match(
      await dependencies.innerText(),
      /It needs no other\.[\s\S]*Needed by\s+002_orders declared · uses table people \(line 3\)/,
    );
    assert.match(await page.getByRole('region', { name: 'Way back' }).innerText(), /DROP TABLE people/);
    const events = await page.getByRole('region', { name: 'History' }).getByRole('listitem').allInnerTexts();
    assert.deepEqual(
      events.map((one) => /applied|started/.exec(one)?.[0]),
      ['applied', 'started'],
    );
    await dependencies.getByRole('link', { name: '002_orders' }).click();
    await page.getByRole('heading', { name: '002_orders applied' }).waitFor();

    await open('migrations/003');
    const line = page.locator('.sql-row').filter({ has: page.locator('#L2') });
    await line.getByText('require-concurrent-index-creation').waitFor();
    await line.getByText('Why, and what to do').click();
    assert.match(await line.innerText(), /CREATE INDEX CONCURRENTLY/);
  });
});

test('search, states and order live in the address, and come back with it', async () => {
  await withVisit({ files: FILES, before: applyTwo }, async ({ page, open }) => {
    await open('migrations');
    const names = () => page.getByRole('rowheader').allInnerTexts();
    assert.deepEqual(await names(), ['001_people', '002_orders', '003_index']);
    await page.keyboard.press('/');
    await page.keyboard.type('ORD');
    await page.getByText('1 of 3 migrations').waitFor();
    assert.deepEqual(await names(), ['002_orders']);
    assert.equal(new URL(page.url()).searchParams.get('q'), 'ORD');
    await page.reload();
    await page.getByText('1 of 3 migrations').waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), 'ORD');
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'pending 1' }).click();
    await page.getByText('1 of 3 migrations').waitFor();
    assert.deepEqual(await names(), ['003_index']);
    await page.getByRole('button', { name: 'pending 1' }).click();
    await page.getByRole('button', { name: /^Version/ }).click();
    await page.getByText('3 migrations', { exact: true }).waitFor();
    assert.deepEqual(await names(), ['003_index', '002_orders', '001_people']);
  });
});

test('two thousand rows: those that are seen are in the page, and the last one is reached', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [`m/${String(i + 1).padStart(4, '0')}_step.sql`, `SELECT ${i};\n`]),
  );
  await withVisit({ files }, async ({ page, open }) => {
    await open('migrations');
    await page.getByText('2000 migrations').waitFor();
    const rows = page.locator('tbody tr:not(.space)');
    assert.ok((await rows.count()) < 120, 'not all rows are in the document');
    await page.keyboard.press('End');
    await page.getByRole('link', { name: '2000_step' }).waitFor();
    assert.ok((await rows.count()) < 120);
    const frames = (await page.evaluate(SCROLL)) as { frames: number; worst: number; blank: number };
    assert.equal(frames.blank, 0, 'rows are there wherever it is scrolled to');
    await page.getByRole('searchbox').fill('1234');
    await page.getByRole('link', { name: '1234_step' }).waitFor();
  });
});

/** Scrolls through the table page by page; counts the frames in which no row was in the middle of the window. */
const SCROLL = `(async () => {
  let frames = 0, worst = 0, blank = 0;
  let last = performance.now();
  for (let y = document.documentElement.scrollHeight; y >= 0; y -= innerHeight * 2) {
    scrollTo(0, y);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const now = performance.now();
    worst = Math.max(worst, now - last);
    last = now;
    frames++;
    const there = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    if (there && there.closest('tr.space')) blank++;
  }
  return { frames, worst, blank };
})()`;

test('each migration has the risk of its worst finding, to sort and filter by', async () => {
  const files = {
    ...FILES,
    'm/004_wide.sql': 'ALTER TABLE people ALTER COLUMN id TYPE bigint;\n',
    'm/005_quiet.sql':
      "COMMENT ON TABLE people IS 'who orders';\n\n-- ROLLBACK:\n-- COMMENT ON TABLE people IS NULL;\n",
  };
  const before = async (at: {
    run: (args: string[]) => Promise<unknown>;
    database: { sql: (sql: string) => Promise<unknown> };
  }) => {
    await applyTwo(at);
    await at.database.sql('INSERT INTO people SELECT generate_series(1, 200000); ANALYZE people');
  };
  await withVisit({ files, before }, async ({ page, at, open }) => {
    await open('migrations');
    const risk = (version: string) => page.getByRole('row').filter({ hasText: version }).locator('.c-risk');
    await risk('004_wide').getByText('high').waitFor();
    assert.match((await risk('004_wide').locator('[title]').getAttribute('title')) ?? '', /ACCESS EXCLUSIVE/);
    assert.equal(await risk('005_quiet').innerText(), '');
    await page.getByLabel('Risk').selectOption('error');
    await page.getByText(/of 5 migrations/).waitFor();
    const shown = await page.getByRole('rowheader').allInnerTexts();
    assert.ok(shown.includes('004_wide') && !shown.includes('005_quiet'), shown.join());
    assert.equal(new URL(page.url()).searchParams.get('risk'), 'error');
    await page.reload();
    await risk('004_wide').getByText('high').waitFor();
    await open('migrations?sort=-risk');
    await risk('004_wide').getByText('high').waitFor();
    assert.equal((await page.getByRole('rowheader').allInnerTexts()).at(-1), '005_quiet');

    at.write({
      'm/004_wide.sql':
        "COMMENT ON COLUMN people.id IS 'key';\n\n-- ROLLBACK:\n-- COMMENT ON COLUMN people.id IS NULL;\n",
    });
    await page.reload();
    await risk('003_index').locator('.word').waitFor();
    assert.doesNotMatch(await risk('004_wide').innerText(), /high/);
  });
});
