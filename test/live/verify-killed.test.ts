/** verify kills data migrations inside their batches and behind them, on sample rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseWorkplace, type Files, withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';
import { server } from '../support/servers.ts';

interface Check {
  readonly name: string;
  readonly version: string | null;
  readonly state: string;
  readonly detail: string;
}

async function checksOf(at: DatabaseWorkplace, major: 14 | 18): Promise<Record<string, Check>> {
  const { output, json } = await at.run(['verify', '--scratch', (await server(major)).url('postgres'), '--json']);
  const { checks } = json<{ checks: Check[] }>();
  assert.ok(checks.length > 0, output);
  return Object.fromEntries(checks.filter(({ version }) => version === '002_fill').map((one) => [one.name, one]));
}

const TABLE: Files = {
  'm/001_requests.sql': `-- Requests
CREATE TABLE requests (id bigint PRIMARY KEY, title text NOT NULL, n integer NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE SEQUENCE numbers;
CREATE FUNCTION sessions() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN
  PERFORM pg_catalog.set_config('app.seen', (coalesce(nullif(pg_catalog.current_setting('app.seen', true), ''), '0')::integer + 1)::text, false);
  RETURN pg_catalog.current_setting('app.seen')::integer;
END $$;
-- ROLLBACK:
-- DROP TABLE requests; DROP SEQUENCE numbers; DROP FUNCTION sessions;
`,
};

function fill(set: string, more = ''): Files {
  return {
    'm/002_fill.sql': `-- Fill
-- Kind: data
-- Batch: requests by id
${more}UPDATE requests SET ${set} WHERE :batch;
${more.includes('Keep') ? '' : '-- ROLLBACK:\n-- SELECT id FROM requests WHERE :batch;\n'}`,
  };
}

for (const major of onServers(import.meta.url, 14, 18)) {
  test(`PostgreSQL ${major}: a change that may be run once alone is proven to run once, wherever it is killed`, () =>
    withCli(major, { ...TABLE, ...fill('n = n / 2 + 1') }, async (at) => {
      const { killed } = await checksOf(at, major);
      assert.deepEqual([killed?.state, killed?.detail], ['ok', '']);
      at.write(fill("at = clock_timestamp(), n = nextval('numbers')"));
      const { killed: unsteady } = await checksOf(at, major);
      assert.equal(unsteady?.state, 'ok', unsteady?.detail);
      assert.match(unsteady.detail, /public.requests.n/);
      at.write(fill('n = sessions()'));
      const { killed: differs } = await checksOf(at, major);
      assert.equal(differs?.state, 'failed');
      assert.match(differs.detail, /other rows in public.requests/);
    }));
}

test('what its batches keep is proven to bring all of it back; a file of no batches has no such check', () =>
  withCli(18, { ...TABLE, ...fill("title = 'x' || n", '-- Keep: yes\n') }, async (at) => {
    const { killed, rollback } = await checksOf(at, 18);
    assert.deepEqual([killed?.state, rollback?.state, rollback?.detail], ['ok', 'ok', '']);
    const scratch = (await server(18)).url('postgres');
    const { stdout } = await at.run(['verify', '--scratch', scratch]);
    assert.match(stdout, /killed +ok +1 may be killed anywhere/);
    at.write({ 'm/002_fill.sql': '-- Fill\nUPDATE requests SET n = 1 WHERE n = 0;\n-- ROLLBACK:\n-- SELECT 1;\n' });
    assert.equal((await checksOf(at, 18)).killed, undefined);
  }));
