// Takes the pictures of the console for the documents, docs/images/console-*.png, from the TaskFlow database in the middle of a
// deployment: node --import ./test/node_modules/tsx/dist/loader.mjs scripts/screenshots.mjs
// Needs what the tests need: scripts/test.sh installs it. What is built is shown: node scripts/build.mjs first.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { closeBrowser } from '../test/support/browser.ts';
import { withVisit } from '../test/support/console-bed.ts';

const MIGRATIONS = 'database/migrations';
const FOLDER = 'docs/images';
/** The next change of an application, as somebody would write it first. */
const NEXT = `-- Rank requests by priority
-- Author: TaskFlow Database authors
-- Depends: 009_create_requests
ALTER TABLE requests ADD COLUMN priority integer NOT NULL DEFAULT 0;
CREATE INDEX requests_by_priority ON requests (priority, created_at);

-- VERIFY:
-- SELECT count(*) = 0 FROM requests WHERE priority IS NULL;

-- ROLLBACK:
-- DROP INDEX requests_by_priority;
-- ALTER TABLE requests DROP COLUMN priority;
`;
const ROWS = `INSERT INTO requests (text) SELECT repeat('request ', 30) || n FROM generate_series(1, 250000) AS n`;
const NAME = 'taskflow_db';

const PICTURES = [
  { name: 'overview', screen: '', colorScheme: 'light', width: 1280 },
  { name: 'migration', screen: 'migrations/031_rank_requests', colorScheme: 'light', width: 1280 },
  { name: 'plan', screen: 'plan?to=031_rank_requests', colorScheme: 'dark', width: 1280 },
  { name: 'graph', screen: 'graph?select=009_create_requests', colorScheme: 'light', width: 1280 },
  { name: 'schema', screen: 'schema/table/public.requests', colorScheme: 'light', width: 1280 },
  { name: 'schema-picture', screen: 'schema/picture?select=public.requests', colorScheme: 'dark', width: 1280 },
  { name: 'overview-small', screen: '', colorScheme: 'dark', width: 390 },
];

const files = Object.fromEntries([
  ...readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => [`m/${name}`, readFileSync(`${MIGRATIONS}/${name}`)]),
  ['m/031_rank_requests.sql', NEXT],
]);

mkdirSync(FOLDER, { recursive: true });
await withVisit({ files, before, args }, async ({ page, open, at }) => {
  for (const picture of PICTURES) {
    await open(picture.screen);
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    await take(page, picture);
  }
  await takeRun(page, open, at);
  await rename(at, NAME, at.database.name);
});
await closeBrowser();
process.exit(0);

async function take(page, { name, colorScheme, width }) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 800 });
  await page.screenshot({ path: `${FOLDER}/console-${name}.png` });
  console.log(`${FOLDER}/console-${name}.png`);
}

/** A run that is begun on the page while a report reads the table. */
async function takeRun(page, open, at) {
  const client = new pg.Client({ connectionString: urlOf(at), application_name: 'nightly report' });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT count(*) FROM requests');
  await page.setViewportSize({ width: 1280, height: 800 });
  await open('plan?to=031_rank_requests');
  for (const place of [page.getByRole('main'), page.getByRole('dialog')])
    await place.getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByRole('rowheader', { name: /^pid/ }).waitFor();
  await take(page, { name: 'run', colorScheme: 'light', width: 1280 });
  await take(page, { name: 'run-small', colorScheme: 'dark', width: 390 });
  await client.query('COMMIT');
  await page.getByRole('heading', { name: 'Run done' }).waitFor();
  await client.end();
}

async function before(at) {
  await at.run(['migrate', '--quiet', '--to', '030']);
  await at.database.sql(ROWS);
  await at.database.sql('ANALYZE');
  await rename(at, at.database.name, NAME);
}

/** By the name that readers know. */
function args(at) {
  const url = urlOf(at);
  return ['--database', url, '--scratch', url, '--write', '--person', 'ada:operator'];
}

function urlOf(at) {
  const url = new URL(at.database.url);
  url.pathname = `/${NAME}`;
  return url.href;
}

async function rename(at, from, to) {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'; ALTER DATABASE ${from} RENAME TO ${to}`;
  await at.database.server.sql('postgres', sql);
}
