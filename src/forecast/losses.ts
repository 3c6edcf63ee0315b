import type { FormUse } from '../facts/form.ts';
import type { KnownTable } from '../known/table.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import type { ForecastContext } from './forecast.ts';

/** What a statement of that form takes of the data; `part`: the column it is about. */
const TAKES: Readonly<Record<string, (target: string, part: string) => string>> = {
  'drop-table': (target) => `table ${target} with its rows`,
  'drop-table-foreign-key': (target) => `table ${target} with its rows`,
  'drop-partition': (target) => `partition ${target} with its rows`,
  'drop-column': (target, part) => `column ${part} of ${target}`,
  truncate: (target) => `every row of ${target}`,
  'truncate-cascade': (target) => `every row of ${target} and of the tables that refer to it`,
  delete: (target) => `rows of ${target}`,
};

/** What of the data these forms destroy, in words; nothing where a migration of the same plan makes the table. */
export function lossesOf(
  uses: readonly FormUse[],
  { known, isNew }: Pick<ForecastContext, 'known' | 'isNew'>,
): string[] {
  return uses.flatMap(({ form, target, part }) => {
    const takes = TAKES[form.id];
    const table = known.table(target);
    if (!takes || !target || isNew(table)) return [];
    return [takes(named(target, table), displayIdentifier(part ?? '')) + sizeOf(form.id, table)];
  });
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

function sizeOf(form: string, table: KnownTable | undefined): string {
  const rows = table?.size?.rows;
  if (rows === undefined || form === 'drop-column') return '';
  return ` (${Math.round(rows).toLocaleString('en')} by the statistics)`;
}
