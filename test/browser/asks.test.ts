/** What the page asks for, and when: the benchmark of the console's load does the same. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import screens from '../../bench/lib/console-screens.json' with { type: 'json' };
import { closeBrowser, type Page } from '../support/browser.ts';
import { type Visit, withVisit } from '../support/console-bed.ts';

after(closeBrowser);

const COUNT = 30;
const files = Object.fromEntries(
  Array.from({ length: COUNT }, (_, i) => [
    `m/${String(i + 1).padStart(3, '0')}_t.sql`,
    `CREATE TABLE t${i} (id integer);\nSELECT pg_sleep(0.1);\n`,
  ]),
);

/** Parts of the target that are asked for from now on. */
function asked(page: Page): string[] {
  const parts: string[] = [];
  page.on('request', (request) => {
    const part = /\/api\/targets\/[^/]+\/([^?]+)/.exec(request.url())?.[1];
    if (part !== undefined && part !== 'stream') parts.push(part);
  });
  return parts;
}

/** What a screen asks for when it is opened, and what during a run of about four seconds. */
async function watched({ at, page, open }: Visit, screen: string): Promise<{ opened: string[]; during: string[] }> {
  const parts = asked(page);
  await open(screen);
  await sleep(2000);
  const opened = [...new Set(parts.splice(0))].sort();
  const { exit, output } = await at.run(['migrate', '--quiet']);
  assert.equal(exit, 0, output);
  return { opened, during: parts.splice(0) };
}

const listed = (screen: keyof typeof screens) => [...Object.keys(screens[screen]), 'actions'].sort();

test('the screen of a run asks for nothing while it is told of the run', () =>
  withVisit({ files }, async (visit) => {
    const { opened, during } = await watched(visit, 'run');
    assert.deepEqual(opened, listed('run'));
    await visit.page.getByText('done', { exact: true }).first().waitFor();
    assert.deepEqual(during, []);
  }));

test('the overview asks once a second at most, and for no plan before the run has ended', () =>
  withVisit({ files }, async (visit) => {
    const { opened, during } = await watched(visit, '');
    assert.deepEqual(opened, listed('overview'));
    assert.ok(during.length >= 2, 'it does ask');
    const overviews = during.filter((part) => part === 'overview').length;
    assert.ok(overviews <= 8, `asked ${overviews} times`);
    await visit.page.getByText('Nothing is to be applied.').waitFor();
  }));
