import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, text } from './shapes.ts';

const states = v.pipe(v.record(v.string(), count), v.description('how many checks ended in each state'));

export const proofAnswer = v.object({
  proof: v.pipe(
    orNull(
      v.object({
        seq: count,
        at: text,
        by: text,
        toolVersion: orNull(text),
        ok: v.boolean(),
        scope: v.pipe(orNull(text), v.description('what alone was tried; null: everything')),
        tried: count,
        checks: states,
        failures: v.array(v.object({ check: text, version: orNull(text), detail: text })),
        scratch: text,
        executionTimeMs: count,
        isCurrent: v.pipe(v.boolean(), v.description('the files are still those that were tried')),
      }),
    ),
    v.description('what verify found when it last ran, from wherever; null where none is on record'),
  ),
});

/** What verify has found, without what is well. */
export const verifyResult = v.object({
  ok: v.boolean(),
  tried: count,
  states,
  checks: v.pipe(
    v.array(v.object({ name: text, version: orNull(text), state: text, detail: text })),
    v.description('those that are not ok, the failed ones first'),
  ),
  scratch: v.object({ description: text, serverVersion: text }),
  notes: v.array(text),
  unrecorded: v.pipe(orNull(text), v.description('why it is not on record; null: it is')),
});

export type ProofAnswer = Answer<typeof proofAnswer>;
export type VerifyResult = Answer<typeof verifyResult>;
