import * as v from 'valibot';
import { count, orNull, text } from './shapes.ts';

export const runFailure = v.object({
  version: text,
  file: text,
  line: orNull(count),
  column: orNull(count),
  statement: orNull(text),
  sqlstate: orNull(text),
  message: text,
});

/** As `migrate --json` and `rollback --json` give it. */
export const runResult = v.object({
  ok: v.boolean(),
  runId: text,
  migrations: v.array(
    v.object({
      version: text,
      state: v.picklist(['applied', 'failed', 'skipped', 'pending', 'rolled_back', 'interrupted', 'queued', 'waiting']),
      executionTimeMs: orNull(count),
    }),
  ),
  failed: orNull(runFailure),
  certain: v.pipe(v.boolean(), v.description('false: the server was away in the end, and more may be done')),
});
