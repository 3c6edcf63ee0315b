import { BACKUP_SCHEMA, holdsRows, type Kept } from '../../backup/kept.ts';
import { displayIdentifier } from '../../sql/quote.ts';

/** What is kept, as events and plans name it: the relation and its store as SQL names them; `columns` null: whole rows. */
export function shownKept(kept: Pick<Kept, 'kind' | 'schema' | 'table' | 'columns' | 'store'>): {
  readonly relation: string;
  readonly columns: readonly string[] | null;
  readonly store: string;
} {
  const { schema, table, columns, store } = kept;
  return {
    relation: [schema, table].map(displayIdentifier).join('.'),
    columns: holdsRows(kept) ? null : columns.map(({ name }) => name),
    store: [BACKUP_SCHEMA, store].map(displayIdentifier).join('.'),
  };
}
