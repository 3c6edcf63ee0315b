/** `schema report`: the same text wherever it is made, and --check knows when it is stale. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const FILES: Files = {
  'db/migrations/001_a.sql':
    '-- A table\nCREATE TABLE IF NOT EXISTS a (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE a;\n',
  'db/migrations/002_b.sql':
    '-- Another\nCREATE TABLE IF NOT EXISTS b (id integer);\n\n-- ROLLBACK:\n-- DROP TABLE a;\n',
};
const REPORT = 'db/migration-audit-report.md';

const run = (at: DatabaseWorkplace, ...args: string[]) =>
  at.run(['schema', 'report', '--scratch', at.database.server.url('postgres'), ...args], {
    env: { DATABASE_URL: undefined, TASKFLOW_DIRECTORIES: 'db/migrations' },
  });
const text = (at: DatabaseWorkplace, file = REPORT) => readFileSync(join(at.folder, file), 'utf8');

describe('schema report', () => {
  for (const engine of onServers(import.meta.url, 14, 18)) {
    test(`PostgreSQL ${engine}: tells what verify found, beside the folder; --check tells when that is stale`, () =>
      withCli(engine, FILES, async (at) => {
        const missing = await run(at, '--check');
        assert.deepEqual([missing.exit, existsSync(join(at.folder, REPORT))], [3, false]);
        const written = await run(at);
        assert.equal(written.exit, 0, written.output);
        assert.match(written.stderr, /1 check failed: [\s\S]*Wrote db\/migration-audit-report\.md/);
        assert.match(text(at), /^\| `002_b` \| Another \|.*\| applied \| \*\*FAILED\*\* \|/m);
        assert.match(
          text(at),
          /^\| `002_b` \| \*\*FAILED\*\* \| .*added table public\.b.* \| `migrations\/002_b\.sql:5` \|$/m,
        );
        const checked = await run(at, '--check', '--json');
        assert.deepEqual(
          [checked.exit, checked.json()],
          [0, { ok: true, file: REPORT, state: 'unchanged', failed: 1 }],
        );
        at.write({
          'db/migrations/002_b.sql': String(FILES['db/migrations/002_b.sql']).replace('DROP TABLE a', 'DROP TABLE b'),
        });
        const stale = await run(at, '--check', '--quiet');
        assert.deepEqual(
          [stale.exit, stale.said.trim()],
          [3, `${REPORT} is stale: the same command without --check writes it.`],
        );
        assert.match(text(at), /\*\*FAILED\*\*/);
      }));
  }

  test('says the same with one job and with several, from any folder and with --out', () =>
    withCli(18, FILES, async (at) => {
      assert.equal((await run(at, '--jobs', '1')).exit, 0);
      assert.equal((await run(at, '--jobs', '3', '--out', 'db/other.md')).exit, 0);
      assert.equal(text(at, 'db/other.md'), text(at));
    }));
});
