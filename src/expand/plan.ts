import { displayIdentifier, quoteIdentifier } from '../sql/quote.ts';
import { identifierOf } from '../sql/words.ts';
import type { ExpandColumn, ExpandRequest } from './column.ts';

/** One of the two columns, by its name at some point of the way. */
export interface Side {
  readonly column: string;
  readonly type: string;
  readonly collation: string | null;
  /** Its default; null where it has none, or where that must not be computed twice for a row. */
  readonly default: string | null;
}

/** What the three files are written from. */
export interface ExpandPlan {
  readonly model: ExpandColumn;
  readonly request: ExpandRequest;
  /** `public.requests`, as SQL. */
  readonly table: string;
  readonly old: Side;
  readonly fresh: Side;
  /** The old column while the way back makes it anew. */
  readonly again: Side;
  /** Of the column that stays. */
  readonly finalName: string;
  readonly value: Values;
  readonly sync: { readonly name: string; readonly function: string; readonly prefix: string };
}

/** What the server has told of the two types. */
export interface Values {
  /** `::text`, behind a value of the old type; empty where it is the same type. */
  readonly there: string;
  readonly back: string;
  /** Whether two values of the new type can be compared with `=`, so that equal ones are the same. */
  readonly comparable: boolean;
  /** The same of the old type; where it is the same type, nothing more is to be proven by it. */
  readonly comparableBack: boolean;
  /** Values of the new type can be compressed. */
  readonly compressible: boolean;
  /** The default of the old column in the new type; null: it has none, or one that differs each time. */
  readonly default: string | null;
  /** Sequences that the column owns, and whose numbers end where its old type does. */
  readonly widened: string | null;
}

export function expandPlan(model: ExpandColumn, request: ExpandRequest, value: Values): ExpandPlan {
  const renames = request.kind === 'rename';
  const table = qualified(model.schema, model.table);
  const fixed = model.default !== null && model.default.volatility !== 'volatile' ? model.default.text : null;
  const old = { column: model.name, type: model.type, collation: model.collation, default: fixed };
  const fresh = {
    column: renames ? request.to : freeName(model, model.name, '_new'),
    type: renames ? model.type : request.to,
    collation: renames ? model.collation : null,
    default: value.default,
  };
  const name = freeName(model, `${model.table}_${model.name}`, '_sync', TRIGGER_ROOM);
  return {
    model,
    request,
    table,
    old,
    fresh,
    again: { ...old, column: renames ? model.name : freeName(model, model.name, '_old') },
    finalName: renames ? request.to : model.name,
    value,
    sync: { name, function: qualified(model.schema, name), prefix: firstPrefix(model, name) },
  };
}

export function qualified(schema: string, name: string): string {
  return `${displayIdentifier(schema)}.${displayIdentifier(name)}`;
}

/** A name that nothing in the table's schema has, of 63 bytes at most, less those that are to come behind it. */
export function freeName({ taken }: Pick<ExpandColumn, 'taken'>, stem: string, suffix: string, room = 0): string {
  for (let i = 1; ; i++) {
    const end = i === 1 ? suffix : `${suffix}${i}`;
    const ahead = `${'x'.repeat(room)}${end}`;
    const name = `${identifierOf(quoteIdentifier(ahead + stem)).slice(ahead.length)}${end}`;
    if (!taken.columns.includes(name) && !taken.others.includes(name)) return name;
  }
}

/** `a_` before a trigger's name, `_4` behind it. */
const TRIGGER_ROOM = 4;

/** Ours run before all others of the table, which PostgreSQL calls in the order of their names. */
function firstPrefix({ before }: ExpandColumn, name: string): string {
  const isFirst = (prefix: string) => before.every((other) => `${prefix}${name}` < other);
  return ['', 'a_', '0_', '!'].find(isFirst) ?? '!';
}
