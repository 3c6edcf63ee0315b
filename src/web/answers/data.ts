import * as v from 'valibot';
import { RUN_STATES } from '../../batch/states.ts';
import type { Answer } from './frozen.ts';
import { count, orNull, state, text, time } from './shapes.ts';

const keyValue = v.pipe(v.array(text), v.description('the columns of a key, as PostgreSQL writes them'));

/** As `data status --json` gives it. */
export const dataRun = v.object({
  version: text,
  direction: v.picklist(['up', 'down']),
  state: v.picklist(RUN_STATES),
  background: v.boolean(),
  relation: orNull(text),
  pass: count,
  rows: v.pipe(count, v.description('that were changed')),
  keys: count,
  keysTotal: orNull(count),
  batches: count,
  keysPerSecond: orNull(count),
  remainingMs: orNull(v.pipe(v.array(count), v.length(2), v.description('from, to'))),
  batchMs: orNull(count),
  targetMs: v.pipe(orNull(count), v.description('how long a batch should take, as asked for this run')),
  workers: v.array(
    v.object({
      id: text,
      host: text,
      processId: orNull(count),
      position: orNull(keyValue),
      hi: orNull(keyValue),
      rows: count,
    }),
  ),
  throttle: orNull(text),
  throttleSince: orNull(time),
  error: orNull(v.object({ message: text, sqlstate: orNull(text), range: orNull(text), row: orNull(keyValue) })),
  skipped: v.array(v.object({ row: keyValue, message: text, sqlstate: orNull(text) })),
  startedAt: orNull(time),
  finishedAt: orNull(time),
  updatedAt: time,
  updatedBy: text,
});

export const dataRunsAnswer = v.object({
  database: text,
  runs: v.array(dataRun),
  notBegun: v.pipe(
    v.array(v.object({ version: text, description: text, state, background: v.boolean() })),
    v.description('data migrations that are to be applied and have no run'),
  ),
});

const range = v.object({
  id: count,
  kind: v.picklist(['rows', 'finish']),
  pass: count,
  lo: orNull(keyValue),
  hi: orNull(keyValue),
  position: v.pipe(orNull(keyValue), v.description('done up to this key')),
  lease: v.pipe(
    v.picklist(['held', 'expired', 'gone', 'free']),
    v.description('gone: the server process of its worker has ended, and its lease has not run out yet'),
  ),
  leaseUntil: orNull(time),
  worker: orNull(text),
  host: orNull(text),
  processId: orNull(count),
  transactionMs: orNull(count),
  batches: count,
  keys: count,
  rows: count,
});

const batch = v.object({
  id: count,
  at: time,
  pass: count,
  keys: count,
  rows: count,
  ms: count,
  attempts: count,
  error: orNull(text),
});

export const dataRunAnswer = v.object({
  database: text,
  at: v.pipe(time, v.description('when it was looked, by the clock of the server')),
  run: dataRun,
  description: orNull(text),
  file: orNull(text),
  target: v.pipe(
    orNull(v.object({ ms: count, from: v.picklist(['run', 'file', 'settings']) })),
    v.description('how long a batch should take, and who says so'),
  ),
  key: orNull(text),
  standing: v.pipe(text, v.description('why the run stands where it stands, in a sentence')),
  ranges: v.pipe(v.array(range), v.description('that are not done')),
  blockers: v.array(v.object({ pid: orNull(count), holder: text, cure: text })),
  batches: v.pipe(v.array(batch), v.description('the last ones, the newest last')),
  table: orNull(v.object({ liveRows: count, deadRows: count, bytes: count, vacuumedAt: orNull(time) })),
  signals: v.array(v.object({ signal: text, says: text, isOver: v.boolean(), isUnseen: v.boolean() })),
});

export type DataRunsAnswer = Answer<typeof dataRunsAnswer>;
export type DataRunAnswer = Answer<typeof dataRunAnswer>;
export type DataRunRow = DataRunsAnswer['runs'][number];
