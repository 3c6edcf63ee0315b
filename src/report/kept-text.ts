import { count, formatCount } from '../problem/quantity.ts';

/** `4 rows of orders`, `4 values of orders.note`: what was kept or put back; `columns` null: whole rows. */
export function keptAmount(relation: string, columns: readonly string[] | null, rows: number): string {
  const number = formatCount(rows);
  if (columns === null) return `${number} ${rows === 1 ? 'row' : 'rows'} of ${relation}`;
  return `${number} ${rows === 1 ? 'value' : 'values'} of ${columns.map((name) => `${relation}.${name}`).join(', ')}`;
}

/** What a rollback will do with it, said before. */
export function returningText(one: {
  readonly relation: string;
  readonly columns: readonly string[] | null;
  readonly rows: number;
  readonly store: string;
  readonly file: string | null;
  readonly cannot: 'lost' | 'missing' | 'view' | null;
}): string {
  const what = keptAmount(one.relation, one.columns, one.rows);
  if (one.cannot === 'lost') return `cannot put back ${what}: ${one.store} is gone`;
  if (one.cannot === 'view') return `${what} come back with REFRESH MATERIALIZED VIEW`;
  if (one.cannot === 'missing') return `cannot put back ${what}: the file backup ${one.file} is not there`;
  const from = one.file === null ? '' : ` from the file backup ${one.file}`;
  return `puts back ${what}${from}, but for what was changed since`;
}

const SHOWN = 3;

/** What the audit trail says was kept, by the detail of a `backed_up` event; of anything else nothing is taken. */
export function keptDetail(kept: unknown): string {
  return listed(
    objectsOf(kept),
    ({ schema, table, rows, store, batches }) =>
      `${batches ? 'rows' : count(Number(rows), 'row')} of ${String(schema)}.${String(table)} kept in taskflow_backup."${String(store)}"${batches ? ', batch by batch' : ''}`,
  );
}

/** The same of stores that were removed. */
export function prunedDetail(stores: unknown): string {
  return listed(objectsOf(stores), ({ store, of, rows }) => {
    const what = typeof of === 'string' ? ` (${count(Number(rows), 'row')} of ${of})` : '';
    return `taskflow_backup."${String(store)}"${what} removed`;
  });
}

/** The same of what was put back. */
export function putBackDetail(put: unknown): string {
  return listed(objectsOf(put), ({ relation, rows, left }) => {
    const rest = Object.values(left ?? {}).reduce<number>((sum, one) => sum + Number(one), 0);
    return `${count(Number(rows), 'row')} of ${String(relation)} put back${rest > 0 ? `, ${rest} left` : ''}`;
  });
}

type Detail = Readonly<Record<string, unknown>>;

function objectsOf(found: unknown): Detail[] {
  return (Array.isArray(found) ? found : []).filter((one) => one !== null && typeof one === 'object') as Detail[];
}

function listed(all: readonly Detail[], say: (one: Detail) => string): string {
  const rest = all.length - SHOWN;
  return [...all.slice(0, SHOWN).map(say), ...(rest > 0 ? [`${rest} more`] : [])].join('; ');
}
