import type { Known } from '../known/known.ts';
import type { RelationName } from '../known/table.ts';
import { identifierOf } from '../sql/words.ts';
import type { Marks } from './marks.ts';
import { knownRelationPath, memberPath } from './paths.ts';

/** Trigger functions name columns of a table that only their triggers know: `NEW.updated_at`. By the key of the function. */
export class TriggerFields {
  readonly #fields = new Map<string, readonly string[]>();
  readonly #tables = new Map<string, RelationName[]>();

  /** A function is made, or made again: what its triggers on tables have needed since. */
  learnFunction(routine: string, sql: string, known: Known): void {
    this.#fields.set(routine, fieldsIn(sql));
    this.#tables.set(
      routine,
      (this.#tables.get(routine) ?? []).filter((one) => known.table(one)),
    );
  }

  markFunction(marks: Marks, routine: string): void {
    for (const table of this.#tables.get(routine) ?? []) this.#mark(marks, routine, table);
  }

  markTrigger(marks: Marks, routine: string, table: RelationName): void {
    this.#tables.set(routine, [...(this.#tables.get(routine) ?? []), table]);
    this.#mark(marks, routine, table);
  }

  #mark(marks: Marks, routine: string, name: RelationName): void {
    const table = marks.before.table(name);
    for (const field of this.#fields.get(routine) ?? [])
      if (table?.columns.has(field)) marks.reads(memberPath(knownRelationPath(marks.before, name), 'columns', field));
  }
}

function fieldsIn(sql: string): string[] {
  const found = sql.matchAll(/\b(?:new|old)\s*\.\s*("(?:[^"]|"")+"|[a-z_][\w$]*)/gi);
  return [...new Set([...found].map(([, name = '']) => identifierOf(name)))];
}
