import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import { withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql': `-- People
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL DEFAULT 'nobody', mood mood);
COMMENT ON TABLE people IS 'Who orders';
COMMENT ON COLUMN people.name IS 'As it is said';
`,
  'm/002_orders.sql': `-- Orders
CREATE TABLE orders (id integer PRIMARY KEY, person integer NOT NULL CONSTRAINT ordered_by REFERENCES people);
CREATE INDEX orders_person ON orders (person);
CREATE VIEW names AS SELECT p.name, o.id FROM people p JOIN orders o ON o.person = p.id;
`,
  'm/003_more.sql': '-- More\nALTER TABLE people ADD COLUMN mail text;\nCREATE TABLE alone (id integer PRIMARY KEY);\n',
  'm/004_later.sql': '-- Later\nCREATE INDEX people_mail ON people (mail);\n',
};

const applied = async (at: {
  run: (args: string[]) => Promise<unknown>;
  database: { sql: (sql: string) => Promise<unknown> };
}) => {
  await at.run(['migrate', '--quiet', '--to', '003']);
  await at.database.sql(
    'INSERT INTO people (id) SELECT generate_series(1, 1234); ANALYZE people; CREATE SCHEMA other; CREATE TABLE other.far (id integer)',
  );
};

test('objects are found by name, comment, kind, schema, and by what belongs to them; the address keeps it', async () => {
  await withVisit({ files: FILES, before: applied }, async ({ page, open }) => {
    await open('schema');
    const names = () => page.getByRole('rowheader').allInnerTexts();
    const found = (text: string) => page.getByRole('status').getByText(text, { exact: true }).waitFor();
    await found('9 objects');
    assert.deepEqual((await names()).slice(0, 5), [
      'other.far',
      'public.alone',
      'public.orders',
      'public.people',
      'public.names',
    ]);
    assert.match(
      await page.getByRole('row').filter({ hasText: 'public.people' }).innerText(),
      /table\s+~ 1,234\s+\d+ kB\s+Who orders/,
    );
    await page.keyboard.press('/');
    await page.keyboard.type('person');
    await found('1 object');
    assert.deepEqual(await names(), ['public.orders']);
    assert.match(await page.getByRole('row').nth(1).innerText(), /column person, index orders_person/);
    assert.equal(new URL(page.url()).searchParams.get('q'), 'person');
    await page.reload();
    await found('1 object');
    assert.equal(await page.getByRole('searchbox').inputValue(), 'person');
    await page.getByRole('rowheader').getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'public.orders' }).waitFor();
    assert.match(await page.locator('.is-found').first().innerText(), /^person/);

    await open('schema?schema=other');
    await found('2 objects');
    await open('schema');
    await page.getByRole('button', { name: 'enum 1' }).click();
    await found('1 of 9 objects');
    assert.deepEqual(await names(), ['public.mood']);
    assert.equal(new URL(page.url()).search, '?type=enum');
  });
});

test('one table: columns, keys, indexes, its SQL, what depends on it, and the migrations that made it', async () => {
  await withVisit({ files: FILES, before: applied }, async ({ page, open }) => {
    await open('schema/table/public.people');
    const columns = page.getByRole('table', { name: 'Columns' });
    await columns.waitFor();
    const texts = (await columns.getByRole('row').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
    assert.deepEqual(texts.slice(1), [
      'id integer NOT NULL',
      "name text NOT NULL DEFAULT 'nobody'::text As it is said",
      'mood public.mood null',
      'mail text null',
    ]);
    assert.match(
      await page.getByRole('table', { name: 'Constraints' }).innerText(),
      /people_pkey\s+PRIMARY KEY \(id\)/,
    );
    const links = page.getByRole('region', { name: 'Dependencies' });
    const said = (await links.innerText()).replace(/\s+/g, ' ');
    assert.match(said, /depends on it table public\.orders by constraint ordered_by view public\.names/);
    assert.match(said, /What it needs enum public\.mood/);
    const migrations = page.getByRole('region', { name: 'Migrations' });
    await migrations.getByRole('link', { name: '001_people' }).waitFor();
    const made = (await migrations.getByRole('listitem').allInnerTexts()).map((one) => one.replace(/\s+/g, ' '));
    assert.match(made[0] ?? '', /^applied 001_people creates table people \(line 3\)/);
    assert.match(made[1] ?? '', /^applied 003_more .*column mail of people \(line 2\)/);
    assert.match(made[2] ?? '', /^pending 004_later creates index people_mail of people \(line 2\)/);
    assert.equal(made.length, 3);
    const sql = await page.getByRole('region', { name: 'SQL that makes it' }).innerText();
    assert.match(sql, /CREATE TABLE public\.people/);
    assert.match(sql, /COMMENT ON COLUMN public\.people\.name IS 'As it is said'/);
    await links.getByRole('link', { name: 'public.names' }).click();
    await page.getByRole('heading', { level: 1, name: 'public.names' }).waitFor();
    await page.getByText('CREATE VIEW').waitFor();
  });
});

test('what is changed elsewhere is shown without loading the page anew, and read only then', async () => {
  await withVisit({ files: FILES, before: applied }, async ({ page, at, open }) => {
    await open('schema/table/public.people');
    await page.getByText('live', { exact: true }).waitFor();
    const columns = page.getByRole('table', { name: 'Columns' });
    await columns.getByText('mail').waitFor();
    await at.database.sql('ALTER TABLE people RENAME COLUMN mail TO post');
    await at.run(['migrate', '--quiet', '--to', '004']);
    await columns.getByText('post').waitFor();
  });
});

test('the picture: who refers to whom, by mouse, by keys, by address; larger and smaller', async () => {
  await withVisit({ files: FILES, before: applied }, async ({ page, open }) => {
    await open('schema/picture');
    const box = (name: string) =>
      page.locator('.graph-box').filter({ has: page.locator(`.graph-head >> text="${name}"`) });
    const mark = async (name: string) => /is-\w+/.exec((await box(name).getAttribute('class')) ?? '')?.[0];
    await box('people').waitFor();
    assert.equal(await page.locator('.graph-box').count(), 4);
    assert.equal(await page.locator('.graph-line').count(), 1);
    assert.match((await box('orders').textContent()) ?? '', /id\s+integer.*person\s+integer/);
    await box('people').click();
    assert.deepEqual(
      [await mark('people'), await mark('orders'), await mark('alone')],
      ['is-selected', 'is-impact', 'is-dim'],
    );
    const side = page.getByRole('region', { name: 'Foreign keys' });
    assert.match(
      (await side.innerText()).replace(/\s+/g, ' '),
      /Referred to by public\.orders person → id Refers to none/,
    );
    await box('orders').focus();
    await page.keyboard.press('Enter');
    await side.getByText('Refers to', { exact: true }).waitFor();
    assert.equal(await mark('people'), 'is-foundation');
    assert.equal(new URL(page.url()).searchParams.get('select'), 'public.orders');
    await page.reload();
    await box('people').waitFor();
    assert.equal(await mark('people'), 'is-foundation');
    const width = async () => Number(await page.locator('svg.graph').getAttribute('width'));
    const before = await width();
    await page.getByRole('button', { name: 'Larger' }).click();
    assert.ok((await width()) > before);
    await page.getByRole('region', { name: 'Picture of the tables' }).focus();
    await page.keyboard.press('-');
    assert.equal(await width(), before);
    await side.getByRole('link', { name: 'public.orders' }).click();
    await page.getByRole('heading', { level: 1, name: 'public.orders' }).waitFor();
  });
});

test('of 300 tables the neighbours of one are drawn, and soon', async () => {
  const many = Array.from(
    { length: 300 },
    (_, i) =>
      `CREATE TABLE t${i} (id integer PRIMARY KEY, up integer${i > 0 ? ` REFERENCES t${Math.floor(i / 4)}` : ''});`,
  ).join('\n');
  await withVisit(
    { files: FILES, before: async (at) => void (await at.database.sql(many)) },
    async ({ page, open }) => {
      await open('schema/picture?select=public.t5');
      const drawn = page.locator('.graph-box');
      await page.getByText('6 of 300 tables, around public.t5').waitFor();
      assert.equal(await drawn.count(), 6);
      await page.getByLabel('How much is drawn').selectOption('2');
      await page.getByText(/2\d of 300 tables, around public\.t5/).waitFor();
      await drawn.filter({ has: page.locator('.graph-head >> text="t20"') }).click();
      await page.getByText(/of 300 tables, around public\.t20/).waitFor();
      await page.getByLabel('Table', { exact: true }).selectOption('public.t299');
      await page.getByText(/of 300 tables, around public\.t299/).waitFor();
      await open('schema');
      await page.getByText('302 objects').waitFor();
      assert.ok((await page.getByRole('row').count()) < 120, 'only those that are seen are in the document');
    },
  );
});
