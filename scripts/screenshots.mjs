// Takes the pictures of the console for the documents, docs/images/console-*.png, from the TaskFlow database in the middle of a
// deployment: node --import ./test/node_modules/tsx/dist/loader.mjs scripts/screenshots.mjs
// Needs what the tests need: scripts/test.sh installs it. What is built is shown: node scripts/build.mjs first.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { closeBrowser } from '../test/support/browser.ts';
import { withVisit } from '../test/support/console-bed.ts';
import { firstScreen } from '../test/support/first-screen.ts';

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
/** Many rows at once, as a migration of data. */
const SHORTER = `-- Trim the texts of requests
-- Kind: data
-- Batch: requests by id
-- Background: yes
-- Target: 50ms
UPDATE requests SET text = rtrim(text) || '.' WHERE :batch;

-- IRREVERSIBLE: the blanks are gone
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
  { name: 'backups', screen: 'backups', colorScheme: 'light', width: 1280 },
  { name: 'approvals', screen: 'approvals', colorScheme: 'light', width: 1280 },
  { name: 'overview-small', screen: '', colorScheme: 'dark', width: 390 },
];

const files = Object.fromEntries([
  ...readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => [`m/${name}`, readFileSync(`${MIGRATIONS}/${name}`)]),
  ['m/031_rank_requests.sql', NEXT],
  ['m/032_trim_requests.sql', SHORTER],
  ['taskflow-db.config.json', JSON.stringify({ approval: 'required' })],
]);

mkdirSync(FOLDER, { recursive: true });
await withVisit({ files, before, args }, async ({ page, open, at }) => {
  for (const picture of PICTURES) {
    await open(picture.screen);
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    await take(page, picture);
  }
  await tellFirstScreen(page, open);
  await takeRun(page, open, at);
  await takeData(page, open, at);
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

/** A data migration that the command line works at. */
async function takeData(page, open, at) {
  await approve(at);
  await must(at, 'migrate', '--yes', '--by', 'lin');
  const { child, finished } = at.start(['data', 'run', '--quiet', '--database', urlOf(at)]);
  await open('data/032_trim_requests');
  await page
    .getByText(/rows\/s/)
    .first()
    .waitFor();
  await page.waitForTimeout(1000);
  await take(page, { name: 'data', colorScheme: 'light', width: 1280 });
  await take(page, { name: 'data-small', colorScheme: 'dark', width: 390 });
  child.kill('SIGINT');
  await finished;
}

/** What docs/console.md says of the first screen. */
async function tellFirstScreen(page, open) {
  for (const isFresh of [true, false]) {
    const { bytes, files, usableMs } = await firstScreen(page, () => open(''), { isFresh });
    console.log(
      `${isFresh ? 'first' : 'second'} visit: ${bytes} bytes in ${files.length} files, usable after ${usableMs} ms`,
    );
  }
}

async function before(at) {
  const first = await at.run(['migrate', '--quiet', '--to', '030'], { env: { TASKFLOW_APPROVAL: 'none' } });
  if (first.exit !== 0) throw new Error(first.output);
  await at.database.sql(ROWS);
  await at.database.sql('ANALYZE');
  await rename(at, at.database.name, NAME);
  await must(at, 'backup');
  await must(at, 'backup', 'verify', '--scratch', urlOf(at));
  await approve(at, '--to', '031');
  await must(at, 'approval', 'request', 'rollback', '--steps', '1', '--by', 'lin', '--reason', 'Should 4.2 not do');
}

/** Somebody has asked for a plan, and somebody else has agreed. */
async function approve(at, ...plan) {
  const hash = await must(at, 'approval', 'request', ...plan, '--by', 'lin', '--reason', 'Release 4.2');
  await must(at, 'approval', 'approve', hash.trim(), '--by', 'bob', '--reason', 'Seen with lin');
}

/** A command at the database under the name that readers know; what it says. */
async function must(at, ...command) {
  const { exit, stdout, output } = await at.run([...command, '--quiet', '--database', urlOf(at)]);
  if (exit !== 0) throw new Error(output);
  return stdout;
}

/** By the name that readers know. */
function args(at) {
  const url = urlOf(at);
  return ['--database', url, '--scratch', url, '--write', '--person', 'ada:approver'];
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
