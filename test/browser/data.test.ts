import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { COUNTED, counting, requests } from '../live/data-bed.ts';
import { closeBrowser, type Page } from '../support/browser.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { accessibilityFaults, withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const ROWS = 30_000;

/** Some 30 batches with a rest of 300 ms behind each: what is asked of it meets it at work. */
const FILES = {
  ...requests(ROWS),
  ...counting('-- Batch: requests by id\n-- Target: 10ms\n-- Pause: 30\n-- Background: yes'),
  'm/003_other.sql':
    '-- Other\nCREATE TABLE "<img src=x onerror=alert(1)>" (id integer PRIMARY KEY, n integer);\nINSERT INTO "<img src=x onerror=alert(1)>" SELECT i, 0 FROM generate_series(1, 5000) AS i;\n',
  'm/004_divide.sql':
    '-- Divide\n-- Kind: data\n-- Batch: "<img src=x onerror=alert(1)>" by id\nUPDATE "<img src=x onerror=alert(1)>" SET n = 1 / (id - 2500) WHERE :batch;\n-- ROLLBACK:\n-- SELECT 1;\n',
};

const OPERATOR = ['--write', '--person', 'otto:operator'];

const prepare = async (at: DatabaseWorkplace) => {
  await at.run(['migrate', '--quiet', '--to', '002']);
  await at.database.sql('ANALYZE requests');
};

const inState = (page: Page, state: string) => page.getByRole('heading', { level: 1, name: `002_count ${state}` });

/** Presses a button and what it asks before. */
async function press(page: Page, label: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: label, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: label, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

const shareDone = async (page: Page) =>
  Number(await page.getByRole('progressbar', { name: 'Rows gone through' }).getAttribute('value'));

test('a run of the command line is watched as it goes, paused, and resumed; nothing is changed meanwhile', async () => {
  await withVisit({ files: FILES, before: prepare, args: () => OPERATOR }, async ({ page, at, open }) => {
    await open('data');
    const row = page.getByRole('row').filter({ hasText: '002_count' });
    await row.getByText('queued').waitFor();
    const { finished } = at.start(['data', 'run', '002']);
    await row.getByText('running').waitFor();
    await row.getByRole('link', { name: '002_count' }).click();
    await inState(page, 'running').waitFor();
    await page.getByRole('img', { name: /^Duration of a batch, the last \d+: .*; target 10 ms$/ }).waitFor();
    await page.getByRole('img', { name: /^Rows in a batch/ }).waitFor();
    await page.getByRole('region', { name: 'Workers and their ranges' }).getByText('at work').waitFor();
    await page.getByText(/[\d,]+ rows\/s/).waitFor();
    const first = await shareDone(page);
    while ((await shareDone(page)) <= first) await sleep(100);

    await press(page, 'Pause');
    await inState(page, 'paused').waitFor();
    await page.getByText(/^Paused by /).waitFor();
    const sum = () =>
      at.database.sql(
        'SELECT sum(n), (SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = $$requests$$) FROM requests',
      );
    await sleep(1500); // until the statistics of the last batch are counted
    const before = await sum();
    await sleep(5000);
    assert.deepEqual(await sum(), before);

    await press(page, 'Resume');
    await inState(page, 'running').waitFor();
    await inState(page, 'succeeded').waitFor({ timeout: 60_000 });
    assert.equal((await finished).exit, 0);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
  });
});

test('a worker that is killed is seen to be gone, and the console goes on in its place', async () => {
  await withVisit({ files: FILES, before: prepare, args: () => OPERATOR }, async ({ page, at, open }) => {
    const { child, finished } = at.start(['data', 'run', '002']);
    await open('data/002_count');
    await inState(page, 'running').waitFor();
    while ((await shareDone(page)) < 0.1) await sleep(100);
    child.kill('SIGKILL');
    await finished;
    await inState(page, 'interrupted').waitFor();
    await page.getByText('Interrupted: the lease of its worker has expired.').waitFor({ timeout: 20_000 });
    await page.getByRole('region', { name: 'Workers and their ranges' }).getByText('lease expired').waitFor();
    const at0 = await at.database.sql("SELECT position ->> 0 FROM schema_data_ranges WHERE state = 'open'");
    const last = await at.database.sql('SELECT max(id) FROM schema_data_batches');
    await press(page, 'Resume here');
    await inState(page, 'succeeded').waitFor({ timeout: 60_000 });
    const next = await at.database.sql(
      `SELECT lo ->> 0 FROM schema_data_batches WHERE id > ${last[0]?.[0]} ORDER BY id LIMIT 1`,
    );
    assert.deepEqual(next, at0);
    assert.deepEqual(await at.database.sql(COUNTED), [['1', String(ROWS)]]);
  });
});

test('what holds a run back is named with the process, and its numbers are not continued', async () => {
  await withVisit({ files: FILES, before: prepare, args: () => [] }, async ({ page, at, open }) => {
    const { child, finished } = at.start(['data', 'run', '002']);
    await open('data/002_count');
    await inState(page, 'running').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0, 'without --write nothing can be done');
    const holder = at.database
      .sql(
        "SELECT set_config('application_name', 'nightly', false); LOCK TABLE requests IN SHARE MODE; SELECT pg_sleep(600)",
      )
      .catch(() => undefined);
    await inState(page, 'held back').waitFor({ timeout: 20_000 });
    const progress = page.getByRole('region', { name: 'Progress' });
    await progress.getByText(/a batch was refused \d+ times: canceling statement due to lock timeout/).waitFor();
    await progress
      .getByText(/pid \d+ \(nightly/)
      .first()
      .waitFor();
    await progress.getByText('not known while it is held back').waitFor();
    await at.database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nightly'");
    await holder;
    await inState(page, 'running').waitFor({ timeout: 20_000 });
    child.kill('SIGTERM');
    await finished;
    await inState(page, 'interrupted').waitFor();

    const window = at.start(['data', 'run', '002', '--window', '00:00-00:01', '--window', '00:02-00:03']);
    await progress.getByText(/held by window: outside of its times/).waitFor({ timeout: 20_000 });
    await progress.getByText(/\(since .*\)/).waitFor();
    window.child.kill('SIGTERM');
    await window.finished;
  });
});

test('a row that fails is named, and passed over on request, by a table with a hostile name', async () => {
  const before = async (at: DatabaseWorkplace) => {
    await prepare(at);
    await at.run(['migrate', '--quiet', '--yes', '--to', '004']);
  };
  await withVisit({ files: FILES, before, args: () => OPERATOR }, async ({ page, at, open }) => {
    await open('data/004_divide');
    const why = page.getByRole('region', { name: 'Why it failed' });
    assert.match(await why.innerText(), /division by zero SQLSTATE 22012[\s\S]*In the row with id = 2500/);
    await page
      .getByRole('region', { name: 'What the server says' })
      .getByText('<img src=x onerror=alert(1)>')
      .waitFor();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await accessibilityFaults(page), []);
      assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width);
    }
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByRole('dialog').getByLabel('Pass over rows that fail, each on record').check();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByRole('dialog').getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: '004_divide queued' }).waitFor();
    await press(page, 'Run here');
    await page.getByRole('heading', { level: 1, name: '004_divide succeeded' }).waitFor();
    await page.getByRole('region', { name: '1 row passed over' }).getByText('2500').waitFor();
    const named = await at.database.sql(
      "SELECT detail -> 'console' ->> 'user' FROM schema_migration_events WHERE event = 'row_skipped'",
    );
    assert.deepEqual(named, [['otto']]);
  });
});

test('the time that a batch should take is changed in the page, and by the command as the page shows at once', async () => {
  await withVisit({ files: FILES, before: prepare, args: () => OPERATOR }, async ({ page, at, open }) => {
    await open('data/002_count');
    await page.getByText('10 ms a batch, as its file says').waitFor();
    await page.getByRole('button', { name: 'Change target' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('spinbutton').fill('5');
    assert.equal(await dialog.getByRole('button', { name: 'Change target' }).isDisabled(), true);
    await dialog.getByRole('spinbutton').fill('150');
    await dialog.getByRole('button', { name: 'Change target' }).click();
    await page.getByText('150 ms a batch, asked for this run').waitFor();
    assert.equal((await at.run(['data', 'target', '002', 'default'])).exit, 0);
    await page.getByText('10 ms a batch, as its file says').waitFor();
  });
});
