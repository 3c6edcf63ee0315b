import { MIGRATION_STATES, type MigrationState } from '../../../plan/state.ts';
import type { MigrationRow } from '../../answers/overview.ts';

export const SORTS = ['version', 'state', 'applied', 'took'] as const;
export type SortKey = (typeof SORTS)[number];

/** Which migrations are shown, and in what order. */
export interface Filter {
  readonly text: string;
  /** None: all. */
  readonly states: ReadonlySet<MigrationState>;
  readonly sort: SortKey;
  readonly isDown: boolean;
}

export function filterRows(rows: readonly MigrationRow[], { text, states, sort, isDown }: Filter): MigrationRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => (states.size === 0 || states.has(row.state)) && holdsAll(row, words));
  if (sort !== 'version') found.sort((a, b) => compare(KEYS[sort](a), KEYS[sort](b)));
  return isDown ? found.reverse() : found;
}

function holdsAll(
  { version, description, appliedBy, errorMessage, file }: MigrationRow,
  words: readonly string[],
): boolean {
  const all = `${version} ${description} ${appliedBy ?? ''} ${errorMessage ?? ''} ${file ?? ''}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

type Key = string | number;

/** What has no such value comes first. */
const KEYS: Readonly<Record<Exclude<SortKey, 'version'>, (row: MigrationRow) => Key>> = {
  state: ({ state }) => MIGRATION_STATES.indexOf(state),
  applied: ({ appliedAt }) => appliedAt ?? '',
  took: ({ executionTimeMs }) => executionTimeMs ?? -1,
};

function compare(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
