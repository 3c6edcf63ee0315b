/** Two people at the console: one asks, the other agrees, the first applies; and what is changed in between is void. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeBrowser, type Page, withPage } from '../support/browser.ts';
import { type DatabaseWorkplace, withCli } from '../support/cli.ts';
import { type StartedConsole, signIn, withConsole } from '../support/console.ts';
import { accessibilityFaults } from '../support/console-bed.ts';
import { engines } from '../support/servers.ts';

after(closeBrowser);

const FILES = {
  'm/001_people.sql': '-- People\nCREATE TABLE people (id integer PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_orders.sql': '-- Orders\nCREATE TABLE orders (id integer PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
};
const PEOPLE = ['--write', '--person', 'otto:operator', '--person', 'anna:approver'];

interface Scene {
  readonly at: DatabaseWorkplace;
  readonly console: StartedConsole;
  /** Signed in as the operator, and as the approver, each in a browser of their own. */
  readonly otto: Page;
  readonly anna: Page;
  /** Opens a screen of the database. */
  open(page: Page, screen: string): Promise<void>;
}

async function withTwo(
  body: (scene: Scene) => Promise<void>,
  { production = false, width = 1280 }: { production?: boolean; width?: number } = {},
): Promise<void> {
  const env = { TASKFLOW_APPROVAL: 'required', ...(production ? { TASKFLOW_PRODUCTION: 'true' } : {}) };
  const look = { viewport: { width, height: 800 } };
  await withCli(
    engines.at(-1)!,
    FILES,
    async (at) => {
      assert.equal((await at.run(['init', '--yes'])).exit, 0);
      await withConsole(at, PEOPLE, (console) =>
        withPage(look, (otto) =>
          withPage(look, async (anna) => {
            const open = async (page: Page, screen: string) => {
              await page.goto(`${console.url}/t/${at.database.name}/${screen}`);
              await page.getByRole('heading', { level: 1 }).first().waitFor();
            };
            for (const [page, name] of [
              [otto, 'otto'],
              [anna, 'anna'],
            ] as const) {
              await page.goto(console.links.find(({ user }) => user === name)!.url);
              await page.getByRole('heading', { level: 1 }).waitFor();
            }
            await body({ at, console, otto, anna, open });
          }),
        ),
      );
    },
    env,
  );
}

const dialogOf = (page: Page) => page.getByRole('dialog');
const approvalOf = (page: Page) => page.getByRole('region', { name: 'Approval' });

async function ask(page: Page, why: string): Promise<void> {
  await approvalOf(page).getByRole('button', { name: 'Ask for approval' }).click();
  await dialogOf(page).getByLabel('What is it for?').fill(why);
  await dialogOf(page).getByRole('button', { name: 'Ask for approval' }).click();
  await dialogOf(page).waitFor({ state: 'detached' });
  await approvalOf(page)
    .getByText(/Asked for by otto \(role \w+\)/)
    .waitFor();
}

async function decide(page: Page, verb: string, label: string, text: string, name?: string): Promise<void> {
  await page.getByRole('article').first().getByRole('button', { name: verb }).click();
  await dialogOf(page).getByLabel(label).fill(text);
  if (name !== undefined) await dialogOf(page).getByLabel(/Type/).fill(name);
  await dialogOf(page).getByRole('button', { name: verb }).click();
  await dialogOf(page).waitFor({ state: 'detached' });
}

async function tables(at: DatabaseWorkplace): Promise<unknown> {
  return (await at.database.sql("SELECT to_regclass('people'), to_regclass('orders')"))[0];
}

test('the operator asks, the approver agrees in another browser, and only then it is applied; each click is one event', async () => {
  await withTwo(async ({ at, otto, anna, open }) => {
    await open(otto, 'plan');
    const apply = otto.getByRole('button', { name: 'Apply' });
    await otto.getByText('It needs the approval of another person.').waitFor();
    assert.equal(await apply.isDisabled(), true);
    await ask(otto, 'Release 4.2');
    assert.equal(await apply.isDisabled(), true);

    await open(anna, 'approvals');
    const card = anna.getByRole('article').first();
    assert.match(
      (await card.innerText()).replace(/\s+/g, ' '),
      /Apply 2 migrations requested Asked for by otto.*Release 4\.2/,
    );
    await card.getByRole('link', { name: '002_orders' }).click();
    await anna.getByRole('heading', { name: /002_orders/ }).waitFor();
    await anna.goBack();
    await decide(anna, 'Approve', 'Comment', 'Looks right');
    await anna.getByText(/Approved by anna/).waitFor();

    await approvalOf(otto)
      .getByText(/approved by anna .* until/i)
      .waitFor();
    await apply.click();
    await dialogOf(otto).getByRole('button', { name: 'Apply' }).click();
    await anna.getByText(/Used by otto/).waitFor();
    await open(otto, 'plan');
    await otto.getByText('Nothing is to be applied.').waitFor();
    assert.deepEqual(await tables(at), ['people', 'orders']);

    const events = await at.database.sql(
      "SELECT event, detail ->> 'by', detail ->> 'via', detail -> 'console' ->> 'user', detail ->> 'reason' FROM schema_migration_events WHERE event ~ 'appro' ORDER BY seq",
    );
    assert.deepEqual(events, [
      ['approval_requested', 'otto', 'console', 'otto', 'Release 4.2'],
      ['approved', 'anna', 'console', 'anna', 'Looks right'],
      ['approval_used', 'otto', 'console', 'otto', null],
    ]);
  });
});

test('a file that is edited after the approval makes it void, on both screens and at the server', async () => {
  await withTwo(async ({ at, console, otto, anna, open }) => {
    await open(otto, 'plan');
    await ask(otto, 'Release 4.2');
    await open(anna, 'approvals');
    await decide(anna, 'Approve', 'Comment', '');
    await anna.getByText(/Approved by anna/).waitFor();
    writeFileSync(join(at.folder, 'm/002_orders.sql'), 'CREATE TABLE orders (id bigint);\n');

    await open(anna, 'approvals');
    await anna.getByText('m/002_orders.sql was changed since').waitFor();
    assert.equal(await anna.getByText('void', { exact: true }).count(), 1);
    await open(otto, 'plan');
    await otto.getByText('It needs the approval of another person.').waitFor();
    await approvalOf(otto)
      .getByText(/is another one: m\/002_orders\.sql was changed since/)
      .waitFor();
    assert.equal(await otto.getByRole('button', { name: 'Apply' }).isDisabled(), true);

    // A request that no page of ours would send.
    const forged = await signIn(console.url, await nextLink(console, 'otto'));
    const base = `/api/targets/${at.database.name}`;
    const answer = await forged.post(`${base}/apply`, {});
    const { id } = answer.json<{ id: string }>();
    for (;;) {
      const { state, problem } = (await forged.get(`${base}/actions/${id}`)).json<{
        state: string;
        problem: { code: string } | null;
      }>();
      if (state === 'running') continue;
      assert.deepEqual([state, problem?.code], ['failed', 'approval-needed']);
      break;
    }
    assert.deepEqual(await tables(at), [null, null]);
  });
});

test('a way back is asked for in its own question, and the button waits for the approval', async () => {
  await withTwo(async ({ at, otto, anna, open }) => {
    assert.equal((await at.run(['migrate', '--quiet'], { env: { TASKFLOW_APPROVAL: 'none' } })).exit, 0);
    await open(otto, 'migrations/002_orders');
    await otto.getByRole('button', { name: 'Roll back' }).click();
    const dialog = dialogOf(otto);
    await dialog.getByText('It needs the approval of another person.').waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Roll back' }).isDisabled(), true);
    await dialog.getByLabel('What is it for?').fill('Orders come back to the old table');
    await dialog.getByRole('button', { name: 'Ask for approval' }).click();
    await dialog.getByText(/Asked for by otto/).waitFor();

    await open(anna, 'approvals');
    assert.match(
      (await anna.getByRole('article').first().innerText()).replace(/\s+/g, ' '),
      /Roll back 1 migration requested/,
    );
    await decide(anna, 'Approve', 'Comment', '');
    await dialog.getByText(/Approved by anna/).waitFor();
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await anna.getByText(/Used by otto/).waitFor();
    await otto.getByRole('heading', { level: 1 }).first().waitFor();
    let left = await tables(at);
    for (let tries = 0; tries < 100 && JSON.stringify(left) !== '["people",null]'; tries++) {
      await sleep(100);
      left = await tables(at);
    }
    assert.deepEqual(left, ['people', null]);
  });
});

async function nextLink(console: StartedConsole, user: string): Promise<string> {
  const [, link] = await console.until(new RegExp(`Next link for ${user} \\(\\w+\\): (\\S+)`));
  return link!;
}

test('nobody approves their own request, a rejection needs a reason, and production the name of the database', async () => {
  await withTwo(
    async ({ at, otto, anna, open }) => {
      await open(otto, 'plan');
      await ask(otto, 'Release 4.2');
      await open(otto, 'approvals');
      await otto.getByText('Approve: for the role approver').waitFor();
      await open(anna, 'approvals');
      await anna.getByRole('button', { name: 'Reject' }).click();
      assert.equal(await dialogOf(anna).getByRole('button', { name: 'Reject' }).isDisabled(), true);
      await dialogOf(anna).getByLabel('Why not?').fill('Not on a Friday');
      await dialogOf(anna).getByRole('button', { name: 'Reject' }).click();
      await anna.getByText(/Rejected by anna .*Not on a Friday/).waitFor();

      await open(anna, 'plan');
      await approvalOf(anna)
        .getByText(/rejected by anna/i)
        .waitFor();
      await approvalOf(anna).getByRole('button', { name: 'Ask for approval' }).click();
      await dialogOf(anna).getByRole('button', { name: 'Ask for approval' }).click();
      await dialogOf(anna).waitFor({ state: 'detached' });
      await open(anna, 'approvals');
      await anna
        .getByText(/another person has to decide on it/i)
        .first()
        .waitFor();
      assert.equal(await anna.getByRole('button', { name: 'Approve' }).isDisabled(), true);
      await decide(anna, 'Revoke', 'Why?', 'asked by mistake');
      await anna.getByText(/Revoked by anna/).waitFor();

      await open(otto, 'plan');
      await ask(otto, 'Monday');
      await open(anna, 'approvals');
      await decide(anna, 'Approve', 'Comment', 'Now', at.database.name);
      await anna.getByText(/Approved by anna/).waitFor();
      await open(anna, 'plan');
      await approvalOf(anna)
        .getByText(/another person has to run it: anna .* approved it/i)
        .waitFor();
      assert.equal(await anna.getByRole('button', { name: 'Apply' }).isDisabled(), true);
    },
    { production: true },
  );
});

for (const width of [1280, 390])
  test(`the screen fits ${width} pixels, and everybody can use it`, async () => {
    await withTwo(
      async ({ otto, anna, open }) => {
        await open(otto, 'plan');
        await ask(otto, 'Release 4.2 <img src=x onerror=alert(1)>');
        for (const [page, screen] of [
          [otto, 'plan'],
          [anna, 'approvals'],
        ] as const) {
          await open(page, screen);
          await page
            .getByText(/Asked for by otto/)
            .first()
            .waitFor();
          assert.deepEqual(await accessibilityFaults(page), [], screen);
          assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width, screen);
          const folder = process.env.APPROVAL_SHOTS;
          if (folder) await page.screenshot({ path: join(folder, `${screen}-${width}.png`), fullPage: true });
        }
        assert.equal(await anna.locator('article img').count(), 0);
      },
      { width },
    );
  });
