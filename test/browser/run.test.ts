import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from '../support/browser.ts';
import type { DatabaseWorkplace } from '../support/cli.ts';
import { accessibilityFaults, withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY, name text);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_email.sql':
    '-- Email\n-- Depends: 001\nCREATE TABLE mails (id integer);\nALTER TABLE people ADD COLUMN email text;\nCREATE TABLE outbox (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE outbox, mails;\n-- ALTER TABLE people DROP COLUMN email;\n',
};

const applyFirst = async (at: DatabaseWorkplace) => {
  const { exit, output } = await at.run(['migrate', '--quiet', '--to', '001']);
  assert.equal(exit, 0, output);
};
const withWrite = (at: DatabaseWorkplace) => ['--write', '--scratch', at.database.url];

interface Holder {
  readonly pid: number;
  commit(): Promise<void>;
}

/** A second connection that uses the table in a transaction, and keeps it open. */
async function hold(at: DatabaseWorkplace, sql = 'SELECT count(*) FROM people'): Promise<Holder> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: at.database.url, application_name: 'nightly report' });
  client.on('error', () => {}); // it may be ended by what is tested
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  await client.query('BEGIN');
  await client.query(sql);
  return {
    pid: Number(rows[0].pid),
    commit: async () => {
      await client.query('COMMIT').catch(() => {});
      await client.end().catch(() => {});
    },
  };
}

test('a lock is held: the page names the process within two seconds; it is let go: the run goes on', async () => {
  await withVisit({ files: FILES, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    await open('plan');
    const holder = await hold(at);
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Apply 1 migration?' });
    await dialog.getByText('002_email').waitFor();
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    const begun = performance.now();
    await page.getByRole('heading', { name: 'Run running' }).waitFor();
    const blockers = page.getByRole('table', { name: 'Who is in the way' });
    await blockers.getByText(`pid ${holder.pid}`).waitFor();
    const tookMs = performance.now() - begun;
    assert.ok(tookMs < 2000, `named after ${Math.round(tookMs)} ms`);
    const row = await blockers.getByRole('row', { name: `pid ${holder.pid}` }).innerText();
    assert.match(row, /postgres[\s\S]*nightly report[\s\S]*idle in transaction[\s\S]*SELECT count\(\*\) FROM people/);
    await page.getByRole('region', { name: 'Now' }).getByText('public.people is locked').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await holder.commit();
    await page.getByRole('heading', { name: 'Run done' }).waitFor();
    const list = page.getByRole('region', { name: 'Migrations', exact: true });
    await list.getByText('applied').waitFor();
    const statements = page.getByRole('table', { name: 'Statements' });
    assert.deepEqual(
      (await statements.getByRole('row').allInnerTexts())
        .slice(1)
        .map((text) => text.split(/\s+/).slice(0, 2).join(' ')),
      ['3 done', '4 done', '5 done'],
    );
    await page.getByRole('region', { name: 'How it ended' }).getByText('1 migration applied.').waitFor();
    assert.deepEqual(await at.database.sql("SELECT to_regclass('outbox')::text"), [['outbox']]);
  });
});

test('Cancel leaves nothing applied; reload and a second tab show the same', async () => {
  await withVisit({ files: FILES, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    const holder = await hold(at);
    await open('plan');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
    const named = `pid ${holder.pid}`;
    await page.getByRole('rowheader', { name: named }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Run running' }).waitFor();
    await page.getByRole('rowheader', { name: named }).waitFor();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await second.getByRole('rowheader', { name: named }).waitFor();
    await second.getByRole('main').getByRole('button', { name: 'Cancel', exact: true }).click();
    await second.getByRole('heading', { name: 'Run cancelled' }).waitFor();
    await page.getByRole('heading', { name: 'Run cancelled' }).waitFor();
    await page.getByText('stopped on request').first().waitFor();
    await page.getByText('Nothing was applied.').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Run cancelled' }).waitFor();
    assert.deepEqual(await at.database.sql("SELECT to_regclass('mails')::text, to_regclass('outbox')::text"), [
      [null, null],
    ]);
    assert.deepEqual(await at.database.sql('SELECT version FROM schema_migrations WHERE success ORDER BY 1'), [
      ['001_people'],
    ]);
    await holder.commit();
  });
});

test('a run that the command line has begun is shown, with its statement, who blocks it and its end', async () => {
  const files = {
    ...FILES,
    'm/003_slow.sql': '-- Slow\nCREATE TABLE before_it (id integer);\nSELECT pg_sleep(600);\n',
  };
  await withVisit({ files, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    const holder = await hold(at);
    await open('run');
    await page.getByRole('heading', { name: 'Run done' }).waitFor();
    const { finished } = at.start(['migrate', '--quiet']);
    const begun = performance.now();
    await page.getByRole('heading', { name: 'Run running' }).waitFor();
    await page.getByRole('rowheader', { name: `pid ${holder.pid}` }).waitFor();
    const tookMs = performance.now() - begun;
    assert.ok(tookMs < 3500, `the program has started and the process is named after ${Math.round(tookMs)} ms`);
    const migrations = page.getByRole('region', { name: 'Migrations' });
    await migrations.getByRole('listitem').filter({ hasText: 'to come' }).getByText('003_slow').waitFor();
    assert.match(await migrations.innerText(), /0 of 2[\s\S]*running 002_email/);
    await holder.commit();
    const statements = page.getByRole('table', { name: 'Statements' }).getByRole('row');
    const sleeping = statements.filter({ hasText: 'pg_sleep' });
    await sleeping.getByText('running').waitFor();
    assert.match(await statements.filter({ hasText: 'before_it' }).innerText(), /done/);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: /Stop the run of postgres on/ });
    await dialog.getByRole('button', { name: 'Cancel', exact: true }).click();
    const { exit } = await finished;
    assert.equal(exit, 1);
    await page.getByRole('heading', { name: 'Run failed' }).waitFor();
    await page
      .getByText(/canceling statement due to user request/)
      .first()
      .waitFor();
    await page.getByText(/Rolled back: the database is as it was before this migration/).waitFor();
    assert.deepEqual(await at.database.sql("SELECT to_regclass('before_it')::text"), [[null]]);
    const [[user]] = (await at.database.sql(
      "SELECT detail -> 'console' ->> 'user' FROM schema_migration_events WHERE event = 'cancel_requested'",
    )) as [[string]];
    assert.ok(user.length > 0);
  });
});

test('an operator gets who is in the way out of it, on record', async () => {
  await withVisit({ files: FILES, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    const holder = await hold(at);
    await open('plan');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('rowheader', { name: `pid ${holder.pid}` }).waitFor();
    await page.getByRole('button', { name: 'End its session' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End its session' }).click();
    await page.getByRole('heading', { name: 'Run done' }).waitFor();
    const events = await at.database.sql(
      "SELECT detail ->> 'how', detail -> 'blocker' ->> 'pid', detail -> 'console' ->> 'user' IS NOT NULL FROM schema_migration_events WHERE event = 'blocker_cancelled'",
    );
    assert.deepEqual(events, [['terminated', String(holder.pid), 't']]);
    await holder.commit();
  });
});

test('an index that is built outside a transaction shows how far it is, and whom it waits for', async () => {
  const files = {
    ...FILES,
    'm/002_email.sql':
      '-- Index\nCREATE INDEX CONCURRENTLY people_name ON people (name);\n\n-- ROLLBACK:\n-- DROP INDEX CONCURRENTLY people_name;\n',
  };
  await withVisit({ files, before: applyFirst, args: withWrite }, async ({ page, at, open }) => {
    const holder = await hold(at, "INSERT INTO people VALUES (1, 'a')");
    await open('plan');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click();
    const now = page.getByRole('region', { name: 'Now' });
    await now.getByText('waiting for writers before build').waitFor();
    await now.getByRole('rowheader', { name: `pid ${holder.pid}` }).waitFor();
    await page
      .getByRole('region', { name: 'Migrations', exact: true })
      .getByText(/0 of 1 step done/)
      .waitFor();
    await holder.commit();
    await page.getByRole('heading', { name: 'Run done' }).waitFor();
  });
});
