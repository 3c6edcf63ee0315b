import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { server } from '../support/servers.ts';
import { counting, requests } from './data-bed.ts';

const IDEMPOTENT = counting(
  '-- Batch: requests by id\n-- Where: n = 0',
  'UPDATE requests SET n = 1 WHERE n = 0 AND :batch;',
);

test('verify proves it on rows: run twice is run once, and its way back takes all of it back', () =>
  withCli(18, { ...requests(50), ...IDEMPOTENT }, async (at) => {
    const scratch = (await server(18)).url('postgres');
    const proven = await at.run(['verify', '--scratch', scratch, '--json']);
    assert.equal(proven.exit, 0, proven.output);
    at.write(counting());
    const twice = await at.run(['verify', '--scratch', scratch, '--json']);
    const { checks } = twice.json<{
      checks: { name: string; version: string; ok: boolean | null; detail: string }[];
    }>();
    const rerun = checks.find((one) => one.name === 'rerun' && one.version === '002_count');
    assert.equal(rerun?.ok, false, twice.output);
  }));

test('lint and plan read it, and do not ask for batches', () =>
  withCli(18, { ...requests(50), ...IDEMPOTENT }, async (at) => {
    await at.run(['migrate', '--to', '001']);
    const linted = await at.run(['lint', '--json', '--fail-on', 'never']);
    const { findings } = linted.json<{ findings: { rule: string; file: string }[] }>();
    assert.deepEqual(
      findings.filter(({ file, rule }) => file.includes('002') && /unbatched|syntax|not-sql|without-where/.test(rule)),
      [],
    );
    const planned = await at.run(['plan']);
    assert.match(planned.stdout, /in batches by key/);
    assert.match((await at.run(['migrate', '--dry-run'])).stdout, /WHERE n = 0 AND :batch;/);
  }));

test('create --data writes a template that says what is missing', () =>
  withCli(18, requests(1), async (at) => {
    const made = await at.run(['create', 'fill_priority', '--data']);
    assert.equal(made.stdout.trim(), 'm/002_fill_priority.sql');
    const refused = await at.run(['migrate']);
    assert.equal(refused.exit, 1);
    assert.match(refused.said, /002_fill_priority\.sql/);
  }));
