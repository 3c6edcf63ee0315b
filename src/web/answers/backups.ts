import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, text, time } from './shapes.ts';

const kind = v.pipe(v.picklist(['full', 'scoped']), v.description('scoped: what a migration has destroyed'));
const state = v.pipe(
  v.picklist(['ok', 'damaged', 'unknown', 'partial']),
  v.description('unknown: of another tool or version; partial: being written, or left so'),
);
const method = v.picklist(['pg_dump', 'copy']);
const server = v.pipe(orNull(text), v.description('null: only the digests of its files were compared'));

/** Against the audit trail of the database. */
const recorded = {
  manifestSha256: v.pipe(orNull(text), v.description('SHA-256 of its manifest, which has those of its files')),
  record: v.pipe(
    v.picklist(['agrees', 'differs', 'none']),
    v.description('whether the audit trail has the same digest; none: it does not tell of this backup'),
  ),
  runId: orNull(text),
};

const backup = v.object({
  ...recorded,
  id: text,
  kind,
  state,
  at: v.pipe(time, v.description('when it was begun')),
  bytes: orNull(count),
  method: orNull(method),
  encrypted: orNull(v.boolean()),
  needed: v.pipe(v.boolean(), v.description('it holds data that a rollback would put back')),
  version: v.pipe(orNull(text), v.description('that it was made for')),
  faults: v.array(text),
  leavingOut: v.pipe(v.array(text), v.description('options of pg_dump by which it is not of the whole database')),
  verified: orNull(v.object({ at: time, ok: v.boolean(), server })),
});

const store = v.object({
  name: v.pipe(text, v.description('of the table, in the schema taskflow_backup')),
  bytes: count,
  state: v.picklist(['needed', 'left', 'lost by rollback', 'copying', 'unknown']),
  version: orNull(text),
  runId: orNull(text),
  at: orNull(time),
  rows: orNull(count),
  of: orNull(text),
});

export const backupsAnswer = v.object({
  database: text,
  folder: text,
  backups: v.array(backup),
  stores: v.pipe(v.array(store), v.description('what migrations have kept in the database')),
  retention: v.object({
    last: orNull(count),
    days: orNull(count),
    bytes: orNull(count),
    remove: v.pipe(
      v.array(v.object({ name: text, bytes: count, why: text })),
      v.description('what backup prune would remove now'),
    ),
    spared: v.array(v.object({ name: text, why: text })),
  }),
});

export const backupAnswer = v.object({
  ...recorded,
  id: text,
  kind,
  state,
  database: text,
  environment: orNull(text),
  faults: v.array(text),
  needed: v.boolean(),
  verified: orNull(v.object({ at: time, ok: v.boolean(), server, tool: text })),
  checks: v.array(
    v.object({
      name: v.picklist(['files', 'restore', 'catalog', 'rows']),
      ok: v.pipe(orNull(v.boolean()), v.description('null: it could not be compared')),
      detail: text,
    }),
  ),
  made: v.pipe(
    orNull(
      v.object({
        startedAt: time,
        finishedAt: time,
        method,
        writtenBy: v.array(text),
        compression: text,
        encrypted: v.boolean(),
        serverVersion: text,
        databaseBytes: count,
        bytes: count,
        version: orNull(text),
        applied: orNull(count),
        lastApplied: orNull(text),
        files: v.array(v.object({ path: text, bytes: count, sha256: text })),
        filesInAll: count,
        tables: v.array(v.object({ name: text, rows: orNull(count) })),
        tablesInAll: count,
        rows: orNull(count),
        sequences: count,
        kept: v.array(v.object({ of: text, rows: orNull(count) })),
        leftOut: v.array(text),
        leavingOut: v.array(text),
      }),
    ),
    v.description('as its manifest tells; null where that cannot be read'),
  ),
  steps: v.pipe(
    v.array(v.object({ title: text, says: text, command: orNull(text) })),
    v.description('how it is proven and restored, by commands'),
  ),
  needs: v.array(text),
});

export type BackupsAnswer = Answer<typeof backupsAnswer>;
export type BackupAnswer = Answer<typeof backupAnswer>;
