import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, finding, orNull, text, time } from './shapes.ts';

const stalls = v.picklist(['reads and writes', 'writes']);
const timeClass = v.picklist(['an instant', 'seconds', 'minutes', 'hours', 'unknown']);
const lock = v.object({
  name: v.object({ schema: text, name: text }),
  relation: text,
  table: orNull(text),
  mode: text,
  lock: text,
  stalls: orNull(stalls),
  blocks: text,
  rows: orNull(count),
  bytes: orNull(count),
  isNew: v.boolean(),
});
const statement = v.object({
  line: count,
  column: count,
  sql: text,
  forms: v.array(text),
  locks: v.array(lock),
  rewrites: v.boolean(),
  scans: v.boolean(),
  time: timeClass,
  unforeseen: orNull(text),
});
const migration = v.object({
  version: text,
  description: text,
  file: text,
  why: text,
  depends: v.array(text),
  needs: v.array(v.object({ version: text, declared: v.boolean(), inferred: orNull(text), line: orNull(count) })),
  mode: v.picklist(['transaction', 'steps', 'batches']),
  steps: v.array(
    v.object({
      transactional: v.boolean(),
      reason: orNull(text),
      done: v.boolean(),
      statementCount: count,
      statements: v.array(statement),
    }),
  ),
  rollback: v.object({
    kind: v.picklist(['sql', 'irreversible', 'none']),
    reason: orNull(text),
    loses: v.array(text),
  }),
  destroys: v.array(text),
});

export const planAnswer = v.object({
  format: v.literal(1),
  tool: text,
  madeAt: time,
  bound: v.object({
    database: text,
    databaseOid: text,
    systemIdentifier: orNull(text),
    serverVersion: text,
    role: orNull(text),
    searchPath: text,
    trackingSchema: text,
    choice: v.object({
      to: orNull(text),
      only: orNull(text),
      allowLate: v.boolean(),
      singleTransaction: v.boolean(),
    }),
    migrations: v.array(v.object({ version: text, file: text, checksum: text, statements: count, stepsDone: count })),
    skipped: v.array(text),
    applied: v.array(v.object({ version: text, checksum: orNull(text) })),
    schema: orNull(v.record(v.string(), v.string())),
  }),
  backup: v.picklist(['auto', 'always', 'never']),
  backupTo: v.picklist(['schema', 'file']),
  digest: text,
  holds: v.array(
    v.object({
      relation: text,
      stalls,
      time: timeClass,
      version: text,
      line: count,
      goesOn: v.boolean(),
      rows: orNull(count),
      bytes: orNull(count),
    }),
  ),
  migrations: v.array(migration),
  skipped: v.array(v.object({ version: text, reason: text })),
  held: v.pipe(
    v.array(
      v.object({
        version: text,
        reason: text,
        evidence: v.array(v.object({ verdict: v.picklist(['free', 'used', 'open', 'unseen']), words: text })),
      }),
    ),
    v.description('passed over for now, with what was looked at'),
  ),
  preflight: v.array(v.object({ check: text, found: text, next: text })),
  blockers: v.array(v.object({ relation: text, lock: text, pid: orNull(count), holder: text, next: text })),
  findings: v.array(finding),
  notes: v.array(text),
});

export type PlanAnswer = Answer<typeof planAnswer>;
