import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, text, time } from './shapes.ts';

const person = v.object({
  name: text,
  role: v.pipe(text, v.description('of the database')),
  via: v.picklist(['cli', 'console', 'library']),
});

const decided = v.object({ seq: count, at: time, by: person, comment: orNull(text), runId: orNull(text) });

const migration = v.object({ version: text, file: text, checksum: text, statements: count, stepsDone: count });

const plan = v.object({
  action: v.picklist(['migrate', 'rollback']),
  target: v.object({
    database: text,
    databaseOid: text,
    systemIdentifier: orNull(text),
    serverVersion: text,
    role: orNull(text),
    searchPath: text,
    trackingSchema: text,
  }),
  manner: v.object({
    singleTransaction: v.boolean(),
    keeps: v.pipe(v.boolean(), v.description('data that is destroyed is kept')),
    putsBack: v.pipe(v.boolean(), v.description('data that was kept is put back')),
    forced: v.array(text),
  }),
  migrations: v.array(migration),
  background: v.pipe(v.array(migration), v.description('data migrations that are queued')),
  applied: v.array(text),
  appliedSha256: text,
});

const choice = v.variant('action', [
  v.object({
    action: v.literal('migrate'),
    to: orNull(text),
    only: orNull(text),
    allowLate: v.boolean(),
    singleTransaction: v.boolean(),
    forceContract: orNull(text),
  }),
  v.object({
    action: v.literal('rollback'),
    to: orNull(text),
    version: orNull(text),
    cascade: v.boolean(),
    steps: orNull(count),
    data: v.boolean(),
  }),
]);

const request = {
  seq: v.pipe(count, v.description('of its event in the audit trail')),
  hash: v.pipe(text, v.description('of all that its plan says, but for the names of files')),
  plan,
  choice,
  at: time,
  by: person,
  comment: orNull(text),
  state: v.picklist(['requested', 'approved', 'expired', 'rejected', 'revoked', 'used']),
  approved: orNull(decided),
  until: orNull(time),
  begun: v.pipe(orNull(decided), v.description('the last run that has begun with it')),
  ended: orNull(decided),
};

/** A request as an action leaves it. */
export const approvalRequest = v.object(request);

export const approvalsAnswer = v.object({
  database: text,
  required: v.pipe(v.boolean(), v.description('nothing is applied or rolled back without an approval')),
  identifiedBy: v.picklist(['person', 'role']),
  hours: count,
  requests: v.pipe(
    v.array(
      v.object({
        ...request,
        moved: v.pipe(orNull(v.array(text)), v.description('what makes it void; null where nobody has looked')),
        said: text,
        whyNotApprove: v.pipe(orNull(text), v.description('for who asks')),
      }),
    ),
    v.description('the newest first'),
  ),
  more: v.pipe(v.boolean(), v.description('there are older ones that have ended')),
  current: v.pipe(
    orNull(v.object({ hash: text, request: orNull(count), mayRun: v.boolean(), said: text })),
    v.description('what would be applied now, and whether who asks may do it'),
  ),
});

export type ApprovalsAnswer = Answer<typeof approvalsAnswer>;
export type SeenRequest = ApprovalsAnswer['requests'][number];
