import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, event, finding, migrationRow, orNull, problem, text } from './shapes.ts';

const statement = v.object({ line: count, sql: text });
const neighbour = v.object({
  version: text,
  declared: v.boolean(),
  weak: v.boolean(),
  reasons: v.array(v.object({ text, line: count })),
});

export const migrationAnswer = v.object({
  migration: migrationRow,
  headers: orNull(
    v.object({
      author: v.optional(text),
      date: v.optional(text),
      description: v.optional(text),
      depends: v.array(text),
      contracts: v.array(text),
      requires: v.array(v.object({ extension: text })),
      replaces: v.array(v.object({ version: text, body: orNull(text), within: orNull(text) })),
      transaction: v.optional(v.literal('none')),
      lockTimeoutMs: v.optional(count),
      statementTimeoutMs: v.optional(count),
      allow: v.array(v.object({ rule: text, reason: text })),
      data: v.record(v.string(), v.string()),
    }),
  ),
  text: v.pipe(orNull(text), v.description('the file as it is now')),
  appliedText: v.pipe(orNull(text), v.description('as it was applied')),
  isLarge: v.boolean(),
  statements: v.array(statement),
  verify: v.array(statement),
  rollback: v.object({ kind: v.picklist(['sql', 'irreversible', 'none']), sql: orNull(text), reason: orNull(text) }),
  findings: v.array(finding),
  unjudged: v.pipe(orNull(text), v.description('why there are no findings, where it was not judged')),
  events: v.array(event),
  needs: v.array(neighbour),
  neededBy: v.array(neighbour),
  faults: v.array(problem),
});

export type MigrationAnswer = Answer<typeof migrationAnswer>;
