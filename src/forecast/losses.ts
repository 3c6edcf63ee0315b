import type { FormUse } from '../facts/form.ts';
import type { KnownTable } from '../known/table.ts';
import { count } from '../problem/quantity.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import type { ForecastContext } from './forecast.ts';

interface Lost {
  /** As SQL names it. */
  readonly target: string;
  /** The column, schema or type that it is about. */
  readonly part: string;
  readonly rows: string;
}

/** What a statement of that form takes of the data. */
const TAKES: Readonly<Record<string, (lost: Lost) => string>> = {
  'drop-table': ({ target, rows }) => `table ${target} with its rows${rows}`,
  'drop-table-foreign-key': ({ target, rows }) => `table ${target} with its rows${rows}`,
  'drop-partition': ({ target, rows }) => `partition ${target} with its rows${rows}`,
  'drop-column': ({ target, part }) => `column ${part} of ${target}`,
  truncate: ({ target, rows }) => `every row of ${target}${rows}`,
  'truncate-cascade': ({ target, rows }) => `every row of ${target}${rows} and of the tables that refer to it`,
  delete: ({ target, rows }) => `rows of ${target}${rows}`,
};

/** What of the data these forms destroy, in words; nothing where a migration of the same plan makes the table. */
export function lossesOf(uses: readonly FormUse[], context: Pick<ForecastContext, 'known' | 'isNew'>): string[] {
  return uses.flatMap((use) => {
    if (use.form.id === 'drop-schema') return schemaLoss(use, context);
    if (use.form.id === 'drop-type') return columnsOfType(use);
    return lossOf(use, context);
  });
}

function lossOf({ form, target, part }: FormUse, { known, isNew }: Pick<ForecastContext, 'known' | 'isNew'>): string[] {
  const takes = TAKES[form.id];
  const table = known.table(target);
  if (!takes || !target || isNew(table)) return [];
  // The statement fails, or does nothing.
  if (form.id === 'drop-column' && table?.complete && !table.columns.has(part ?? '')) return [];
  const lost = { target: named(target, table), part: displayIdentifier(part ?? ''), rows: rowsOf(form.id, table) };
  return [takes(lost)];
}

/** Without CASCADE the server refuses a schema that is not empty. */
function schemaLoss({ part, others }: FormUse, { known, isNew }: Pick<ForecastContext, 'known' | 'isNew'>): string[] {
  const gone = others.flatMap(({ names }) => names).filter((name) => !isNew(known.table(name)));
  return gone.length === 0
    ? []
    : [`schema ${displayIdentifier(part ?? '')} with ${count(gone.length, 'relation')} in it`];
}

/** With CASCADE they go with their type; without it the server refuses. */
function columnsOfType({ part, others }: FormUse): string[] {
  const tables = others.flatMap(({ names }) => names);
  if (tables.length === 0) return [];
  return [
    `columns of type ${displayIdentifier(part ?? '')} in ${tables.map((one) => named(one, undefined)).join(', ')}`,
  ];
}

/** The same of a way back, which takes what its own migration made: what was written there since is lost. */
export function lossesOfRollback(uses: readonly FormUse[], known: ForecastContext['known']): string[] {
  const losses = lossesOf(uses, { known, isNew: () => false });
  return [...new Set(losses)].map((what) => what.replace(' with its rows', ' with every row written since'));
}

function named({ schema, name }: QualifiedName, table: KnownTable | undefined): string {
  const shown = table && table.name.schema !== 'public' ? table.name.schema : schema;
  return (shown === undefined ? [name] : [shown, name]).map(displayIdentifier).join('.');
}

function rowsOf(form: string, table: KnownTable | undefined): string {
  const rows = table?.size?.rows;
  if (rows === undefined) return '';
  const counted = `${Math.round(rows).toLocaleString('en')} by the statistics`;
  return form === 'delete' ? ` (it has ${counted})` : ` (${counted})`;
}
