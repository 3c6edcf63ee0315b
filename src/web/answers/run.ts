import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, text, time } from './shapes.ts';

const KINDS = ['apply', 'roll back', 'dry run', 'other'] as const;
const OUTCOMES = ['running', 'done', 'failed', 'cancelled', 'interrupted'] as const;
const ms = (what: string) => v.pipe(orNull(count), v.description(`milliseconds: ${what}`));

/** Who is in the way of a lock; what the role of the console may not see of others is null. */
const blocker = v.object({
  pid: v.pipe(orNull(count), v.description('null: a prepared transaction')),
  gid: orNull(text),
  database: v.optional(orNull(text)),
  transaction: text,
  user: orNull(text),
  application: orNull(text),
  client: orNull(text),
  state: orNull(text),
  backendType: orNull(text),
  transactionAgeMs: ms('its transaction is open'),
  stateAgeMs: ms('in this state'),
  queryAgeMs: ms('since its query began'),
  modes: v.array(text),
  query: orNull(text),
  isAutovacuum: v.boolean(),
  preventsWraparound: v.boolean(),
  endedBy: v.picklist(['this role', 'its role', 'superuser']),
});

const migration = v.object({
  version: text,
  state: v.picklist(['planned', 'running', 'done', 'failed', 'cancelled', 'interrupted', 'skipped']),
  startedAt: orNull(time),
  endedAt: orNull(time),
  ms: ms('it took'),
  steps: orNull(v.object({ done: count, of: count })),
  statementsDone: v.pipe(count, v.description('those that stand whatever becomes of the rest')),
  outside: v.pipe(
    orNull(v.object({ step: count, pid: text })),
    v.description('the step outside a transaction that is under way'),
  ),
  refusals: v.pipe(count, v.description('tries in vain for a lock')),
  failure: orNull(v.object({ message: text, sqlstate: orNull(text), line: orNull(count), column: orNull(count) })),
});

const statement = v.object({
  number: count,
  line: count,
  sql: v.pipe(text, v.description('its beginning')),
  state: v.picklist(['open', 'running', 'done', 'failed', 'undone']),
  tag: v.pipe(orNull(text), v.description('what the server has answered, where the run is of this console')),
  ms: ms('it took, where the run is of this console'),
});

const focus = v.object({
  version: text,
  file: orNull(text),
  statements: v.object({ total: count, done: count, shown: v.array(statement) }),
});

const process = v.object({
  pid: count,
  state: orNull(text),
  query: orNull(text),
  queryMs: ms('since its statement began'),
  transactionMs: ms('its transaction is open'),
  waitEvent: orNull(text),
});

const wait = v.object({
  phase: v.picklist(['waiting', 'holding off']),
  relation: orNull(text),
  mode: orNull(text),
  blockers: v.array(blocker),
});

const progress = v.object({
  phase: text,
  done: count,
  total: v.pipe(count, v.description('0: the server does not know')),
  unit: v.picklist(['blocks', 'rows', 'transactions']),
  waitsFor: orNull(text),
});

export const runAnswer = v.object({
  database: text,
  at: v.pipe(time, v.description('of this look, by the clock of the server')),
  run: v.pipe(
    orNull(
      v.object({
        runId: text,
        kind: v.picklist(KINDS),
        outcome: v.picklist(OUTCOMES),
        by: v.object({
          actor: orNull(text),
          console: v.pipe(orNull(text), v.description('the person at a console')),
          host: orNull(text),
          toolVersion: orNull(text),
        }),
        startedAt: orNull(time),
        endedAt: orNull(time),
        planned: v.pipe(v.array(text), v.description('all that it is going to do, as far as it has said so')),
        migrations: v.array(migration),
        focus: v.pipe(orNull(focus), v.description('the migration at work, or what it ended with')),
        process: v.pipe(orNull(process), v.description('the server process that works for it')),
        wait: v.pipe(orNull(wait), v.description('the lock that is not to be had, and who is in the way')),
        progress: v.pipe(orNull(progress), v.description('as the progress views of the server tell')),
        cancelledBy: v.pipe(v.array(text), v.description('who wanted it to stop')),
      }),
    ),
    v.description('null: none has been at work yet'),
  ),
});

export type RunAnswer = Answer<typeof runAnswer>;
export type RunView = NonNullable<RunAnswer['run']>;
export type BlockerAnswer = Answer<typeof blocker>;
