import type { Known } from '../../known/known.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { stringsOf } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import type { FixStep } from '../finding.ts';
import { nameFor, stepName } from './names.ts';
import { columnList, shown } from './shown.ts';
import { type Word, wordsOf } from './tokens.ts';

/** A UNIQUE or PRIMARY KEY constraint that would build its index itself. */
export interface UniqueWanted {
  /** `ALTER TABLE orders` */
  readonly head: string;
  readonly table: QualifiedName;
  readonly known: Known;
  readonly constraint: Fields<'Constraint'>;
  /** Its columns: a column's constraint names none. */
  readonly columns: readonly string[];
  /** Its text, for the storage parameters behind WITH. */
  readonly text: string;
  readonly rest?: string | undefined;
}

/** Builds the index concurrently, then makes the constraint of it; undefined for what has no such form (WITHOUT OVERLAPS). */
export function uniqueSteps(wanted: UniqueWanted): FixStep[] | undefined {
  const { head, table, constraint } = wanted;
  if (constraint.without_overlaps) return undefined;
  const kind = constraint.contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE';
  const name = nameOf(wanted, kind);
  const index = displayIdentifier(name);
  const create = `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${shown(table)} ${indexParts(wanted)}`;
  const add = `${head} ADD CONSTRAINT ${index} ${kind} USING INDEX ${index}${timing(constraint)}`;
  const first = {
    name: stepName('index', name),
    sql: withRest(wanted.rest, create),
    rollback: [dropIndex(table, index)],
  };
  // Dropping the constraint drops its index, which the first step had made.
  const rollback = [`${head} DROP CONSTRAINT ${index}`, create];
  return [first, { name: stepName('add', name), sql: [add], rollback }];
}

/** The name that the constraint has, or that PostgreSQL would give it. */
function nameOf({ known, table, constraint, columns }: UniqueWanted, kind: 'PRIMARY KEY' | 'UNIQUE'): string {
  if (constraint.conname) return constraint.conname;
  const included = stringsOf(constraint.including);
  return nameFor(known, table, [...columns, ...included], kind === 'UNIQUE' ? 'key' : 'pkey');
}

function withRest(rest: string | undefined, statement: string): string[] {
  return rest === undefined ? [statement] : [rest, statement];
}

/** An index is in its table's schema. */
function dropIndex({ schema }: QualifiedName, index: string): string {
  return `DROP INDEX CONCURRENTLY ${schema === undefined ? '' : `${displayIdentifier(schema)}.`}${index}`;
}

/** The same things stand in another order in CREATE INDEX, and TABLESPACE has no USING INDEX before it. */
function indexParts({ columns, text, constraint }: UniqueWanted): string {
  const words = wordsOf(text);
  const included = stringsOf(constraint.including);
  return [
    columnList(columns),
    included.length > 0 ? `INCLUDE ${columnList(included)}` : '',
    constraint.nulls_not_distinct ? 'NULLS NOT DISTINCT' : '',
    storageOptions(text, words),
    constraint.indexspace ? `TABLESPACE ${displayIdentifier(constraint.indexspace)}` : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** WITH (fillfactor = 70), as written. */
function storageOptions(text: string, words: readonly Word[]): string {
  const at = words.findIndex(({ word, depth }) => word === 'WITH' && depth === 0);
  const end = words.slice(at).find(({ word, depth }) => word === ')' && depth === 0)?.end;
  return at === -1 || end === undefined ? '' : text.slice(words[at]!.start, end);
}

/** NOT DEFERRABLE and INITIALLY IMMEDIATE are what is meant without them. */
function timing({ deferrable, initdeferred }: Fields<'Constraint'>): string {
  return `${deferrable ? ' DEFERRABLE' : ''}${initdeferred ? ' INITIALLY DEFERRED' : ''}`;
}
