import * as v from 'valibot';
import { acceptDrift } from '../../engine/schema/accept-drift.ts';
import { action } from '../actions/route.ts';
import { count, orNull, text } from '../answers/shapes.ts';

const CHANGES_MAX = 1000;
const included = { owners: false, privileges: false };

const reason = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'why it may stay'),
  v.maxLength(1000),
  v.description('why it may stay; kept in the audit trail'),
);
const keys = v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.minLength(1), v.maxLength(CHANGES_MAX));

export const acceptDriftOnRecord = action({
  name: 'acceptDrift',
  path: 'drift/accept',
  summary: 'put on record that differences may stay, as diff --accept does',
  role: 'operator',
  input: {
    reason,
    changes: v.pipe(keys, v.description('the keys of the differences, as /drift gives them')),
  },
  result: v.object({ database: text, accepted: count, acceptedBefore: count }),
  title: ({ changes }) => `accept ${changes.length === 1 ? 'a difference' : `${changes.length} differences`} on record`,
  async run({ engine, target }, { reason: why, changes: only }) {
    const asked = { included, reason: why, only, approve: async () => {} };
    const done = await target.withScratch((open) => acceptDrift(engine, open, asked), engine.signal);
    const { database, changes, acceptedBefore } = done;
    return { result: { database, accepted: changes.length, acceptedBefore }, problem: null };
  },
});

export const makeDriftMigration = action({
  name: 'driftToMigration',
  path: 'drift/migration',
  summary: 'write the drift into the folder of migrations, recorded as applied, as diff --to-migration does',
  role: 'operator',
  input: {
    name: v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9_-]{1,80}$/, 'letters, digits, _ and -'),
      v.description('of the file, behind its number'),
    ),
    reason: v.optional(reason),
    changes: v.pipe(keys, v.description('the keys of all differences, as /drift gives them')),
  },
  result: v.object({ database: text, version: orNull(text), file: orNull(text), differences: count }),
  title: ({ name }) => `make the drift the migration ${name}`,
  async run({ engine, user, target }, { name, reason: why, changes: seen }) {
    const { driftToMigration } = await import('../../engine/schema/drift-migration.ts');
    const date = new Date().toISOString().slice(0, 10);
    const asked = { name, author: user.name, date, included, reason: why, seen, approve: async () => {} };
    const made = await target.withScratch((open) => driftToMigration(engine, open, asked), engine.signal);
    const { drift, version, file, changes } = made;
    return { result: { database: drift.database, version, file, differences: changes.length }, problem: null };
  },
});
