import * as v from 'valibot';
import { MIGRATION_STATES } from '../../plan/state.ts';
import { ROLES } from '../roles.ts';

/** Shapes that several routes take or give. The engine's own values must fit them: `handle` is checked by their types. */

export const text = v.string();
export const count = v.number();
export const orNull = <Schema extends v.GenericSchema>(schema: Schema) => v.nullable(schema);
export const time = v.pipe(v.string(), v.description('ISO 8601, in UTC'));
export const state = v.picklist(MIGRATION_STATES);
export const role = v.picklist(ROLES);

/** A whole number in a query, from `least` on. */
export const whole = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, 'a whole number'),
    v.transform(Number),
    v.minValue(least, `a number from ${least} on`),
    v.maxValue(most, `a number up to ${most}`),
  );

/** A short text in a query; an empty one counts as none. */
export const word = v.pipe(v.string(), v.maxLength(500, 'at most 500 characters'));

export const ofTarget = { target: v.pipe(v.string(), v.description('name of a target, as /api/session lists them')) };

/** Of an action: what its page has shown. */
export const expected = v.optional(
  v.pipe(
    v.array(v.pipe(text, v.maxLength(500))),
    v.maxLength(5000),
    v.description('refused where these are not the versions that it would be about'),
  ),
);

export const noInput = v.object({});

const place = v.object({
  file: text,
  line: v.optional(count),
  column: v.optional(count),
  lineText: v.optional(text),
});

const serverError = v.object({
  severity: v.optional(text),
  sqlstate: text,
  message: text,
  detail: v.optional(text),
  hint: v.optional(text),
  context: v.optional(text),
  schema: v.optional(text),
  table: v.optional(text),
  column: v.optional(text),
  constraint: v.optional(text),
});

/** As problemJson gives it. */
export const problem = v.object({
  code: text,
  exitStatus: v.picklist([0, 1, 2, 3, 4, 130]),
  message: text,
  where: v.optional(place),
  found: v.optional(text),
  expected: v.optional(text),
  difference: v.optional(text),
  server: v.optional(serverError),
  statement: v.optional(text),
  version: v.optional(text),
  state: v.optional(text),
  next: v.optional(v.array(text)),
  also: v.optional(v.pipe(v.array(v.unknown()), v.description('problems found together with it'))),
});

export const migrationRow = v.object({
  version: text,
  description: text,
  state,
  checksum: orNull(text),
  appliedAt: orNull(text),
  appliedBy: orNull(text),
  executionTimeMs: orNull(count),
  errorMessage: orNull(text),
  reversible: v.boolean(),
  file: orNull(text),
  type: orNull(text),
  notes: v.array(text),
  replacedBy: orNull(text),
});

export const event = v.object({
  seq: count,
  at: time,
  event: text,
  version: orNull(text),
  runId: orNull(text),
  actor: text,
  host: orNull(text),
  toolVersion: orNull(text),
  gitCommit: orNull(text),
  detail: v.record(v.string(), v.unknown()),
  hash: text,
});

const severity = v.picklist(['error', 'warning', 'note']);

const fixStep = v.object({
  name: text,
  sql: v.array(text),
  rollback: v.array(text),
  comment: v.optional(v.array(text)),
});

export const finding = v.object({
  rule: text,
  severity,
  version: text,
  file: text,
  line: count,
  column: count,
  lineText: text,
  endLine: count,
  endColumn: count,
  message: text,
  why: orNull(text),
  lock: orNull(text),
  relation: orNull(text),
  blocks: orNull(text),
  rewrite: v.boolean(),
  scan: v.boolean(),
  rows: orNull(count),
  bytes: orNull(count),
  fix: orNull(v.object({ title: text, steps: v.array(fixStep), automatic: v.boolean() })),
  statement: orNull(text),
  span: orNull(v.object({ start: count, end: count })),
  allowed: orNull(text),
});
