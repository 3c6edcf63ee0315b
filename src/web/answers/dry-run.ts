import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { runFailure } from './run-result.ts';
import { count, orNull, text } from './shapes.ts';

const stalls = v.picklist(['reads and writes', 'writes']);
const met = {
  relation: text,
  type: v.picklist(['table', 'index', 'sequence', 'view', 'materialized view', 'foreign table']),
  table: orNull(text),
};
const known = { ...met, estimatedRows: orNull(count), estimatedBytes: count };

const statement = v.object({
  line: count,
  column: count,
  sql: text,
  state: v.picklist(['passed', 'failed', 'unfinished', 'not-tried']),
  reason: orNull(text),
  tag: orNull(text),
  rows: orNull(count),
  executionTimeMs: count,
  walBytes: count,
  locks: v.array(v.object({ ...known, mode: text, blocks: text, stalls: orNull(stalls) })),
  rewrites: v.array(v.object({ ...known, bytes: count })),
  scans: v.array(v.object({ ...known, scans: count, rowsRead: count })),
});

const migration = v.object({
  version: text,
  file: text,
  state: v.picklist(['passed', 'partly', 'failed', 'unfinished', 'not-tried']),
  executionTimeMs: count,
  verify: orNull(v.picklist(['passed', 'failed', 'not-tried'])),
  held: v.array(v.object({ ...met, mode: text, stalls, heldMs: count })),
  statements: v.array(statement),
});

const common = {
  ok: v.boolean(),
  database: text,
  runId: text,
  walBytes: count,
  migrations: v.array(migration),
  skipped: v.array(v.object({ version: text, reason: text })),
  cannotShow: v.array(text),
  failed: orNull(runFailure),
};

/** As `migrate --dry-run=live --json` gives it. */
export const liveDryRun = v.object({
  ...common,
  level: v.literal('live'),
  direction: v.picklist(['apply', 'roll back']),
  outcome: v.picklist(['passed', 'failed', 'gave-up', 'stopped', 'cancelled']),
  heldMs: count,
  sequences: v.array(v.object({ sequence: text, before: orNull(text), after: orNull(text) })),
  stays: v.array(text),
});

/** As `migrate --dry-run=rehearse --json` gives it. */
export const rehearsal = v.object({
  ...common,
  level: v.literal('rehearse'),
  outcome: v.picklist(['passed', 'failed', 'cancelled']),
  scratch: text,
  notCopied: v.array(v.object({ type: text, name: text, why: text })),
});

export type DryRunAnswer = Answer<typeof liveDryRun> | Answer<typeof rehearsal>;
export type TriedMigration = DryRunAnswer['migrations'][number];
export type TriedStatement = TriedMigration['statements'][number];
