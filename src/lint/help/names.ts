import { columnsPart, defaultName } from '../../known/default-names.ts';
import type { Known } from '../../known/known.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';

/** What a name that PostgreSQL makes ends in. */
export type NameLabel = 'fkey' | 'check' | 'not_null' | 'key' | 'pkey' | 'excl' | 'idx' | 'seq';

/**
 * The name that PostgreSQL would give: of an index or a constraint of a table on those columns. A constraint's name is free
 * where no other of the table has it (the names of other tables' constraints begin otherwise), an index's where no other
 * relation has it.
 */
export function nameFor(known: Known, table: QualifiedName, columns: readonly string[], label: NameLabel): string {
  const { schema } = known.resolve(table);
  const own = known.table(table)?.constraints;
  const part = label === 'pkey' || columns.length === 0 ? undefined : columnsPart(columns);
  return defaultName(
    table.name,
    part,
    label,
    (name) => (own?.has(name) ?? false) || isRelation(known, { schema, name }),
  );
}

function isRelation(known: Known, wanted: { readonly schema: string; readonly name: string }): boolean {
  return known.index(wanted) !== undefined || known.table(wanted) !== undefined;
}

/** For the name of a file: `validate_orders_customer_id_fkey`. */
export function stepName(...parts: readonly string[]): string {
  const name = parts.join('_').toLowerCase();
  return name
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, NAME_MAX);
}

const NAME_MAX = 60;
