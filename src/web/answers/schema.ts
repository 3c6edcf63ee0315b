import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { count, orNull, state, text, time } from './shapes.ts';

const seen = {
  database: text,
  state: v.pipe(text, v.description('another one as soon as the schema is another one')),
  readAt: time,
};
const named = { type: text, name: text };
const property = v.object({ name: text, value: text });
const link = v.object({
  ...named,
  by: v.pipe(v.array(text), v.description('which parts of it depend; none: it does itself')),
});
const rows = v.pipe(orNull(count), v.description('as the server estimates'));

export const schemaAnswer = v.object({
  ...seen,
  schemas: v.array(v.object({ name: text, objects: count })),
  types: v.array(v.object({ type: text, objects: count })),
  objects: v.array(
    v.object({
      ...named,
      comment: orNull(text),
      rows,
      bytes: orNull(count),
      matches: v.pipe(v.array(v.object(named)), v.description('of what belongs to it, what holds the words')),
    }),
  ),
  notChecked: v.pipe(
    v.array(v.object({ type: text, property: v.optional(text), reason: text })),
    v.description('what this role may not read'),
  ),
});

export const objectAnswer = v.object({
  ...seen,
  ...named,
  comment: orNull(text),
  owner: orNull(text),
  rows,
  bytes: v.pipe(orNull(count), v.description('with indexes, and what is stored beside it')),
  indexBytes: orNull(count),
  properties: v.array(property),
  grants: v.array(text),
  columns: v.array(
    v.object({
      name: text,
      type: text,
      notNull: v.boolean(),
      value: v.pipe(orNull(text), v.description('its default, expression or identity, as SQL says it')),
      comment: orNull(text),
      properties: v.array(property),
    }),
  ),
  members: v.pipe(
    v.array(
      v.object({
        ...named,
        definition: text,
        comment: orNull(text),
        bytes: orNull(count),
        properties: v.array(property),
      }),
    ),
    v.description('constraints, indexes, triggers, rules, policies'),
  ),
  sql: v.pipe(text, v.description('what makes it; empty where no SQL does')),
  needs: v.array(link),
  dependents: v.array(link),
});

export const touchesAnswer = v.object({
  touches: v.array(
    v.object({
      version: text,
      state,
      what: v.array(v.object({ manner: v.picklist(['creates', 'changes', 'drops', 'reads']), text, line: count })),
    }),
  ),
  unknown: v.pipe(v.array(text), v.description('versions that may do more than can be read from them')),
});

export const keysAnswer = v.object({
  ...seen,
  tables: v.array(
    v.object({
      name: text,
      rows,
      bytes: orNull(count),
      columns: v.pipe(
        v.array(
          v.object({ name: text, type: text, isPrimary: v.boolean(), isForeign: v.boolean(), notNull: v.boolean() }),
        ),
        v.description('those in primary and foreign keys'),
      ),
      others: v.pipe(count, v.description('how many columns are in no key')),
    }),
  ),
  references: v.array(
    v.object({
      constraint: text,
      from: text,
      to: text,
      columns: v.array(text),
      referred: v.array(text),
      definition: text,
    }),
  ),
});

export type SchemaAnswer = Answer<typeof schemaAnswer>;
export type ObjectAnswer = Answer<typeof objectAnswer>;
export type TouchesAnswer = Answer<typeof touchesAnswer>;
export type KeysAnswer = Answer<typeof keysAnswer>;
