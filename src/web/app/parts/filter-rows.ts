import { MIGRATION_STATES, type MigrationState } from '../../../plan/state.ts';
import type { MigrationRow } from '../../answers/overview.ts';
import type { RisksAnswer } from '../../answers/risks.ts';

export const SORTS = ['version', 'state', 'risk', 'applied', 'took'] as const;
export type SortKey = (typeof SORTS)[number];

export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Risk = RisksAnswer['risks'][number];
/** By version; of those without a finding there is none. */
export type Risks = ReadonlyMap<string, Risk>;

/** Which migrations are shown, and in what order. */
export interface Filter {
  readonly text: string;
  /** None: all. */
  readonly states: ReadonlySet<MigrationState>;
  /** Only those with a finding as bad as that, or worse. */
  readonly risk?: Risk['severity'] | undefined;
  readonly sort: SortKey;
  readonly isDown: boolean;
}

export function filterRows(rows: readonly MigrationRow[], filter: Filter, risks: Risks = new Map()): MigrationRow[] {
  const { text, states, risk, sort, isDown } = filter;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const isAsBad = ({ version }: MigrationRow) =>
    risk === undefined || rankOf(risks.get(version)) >= rankOf({ severity: risk });
  const found = rows.filter(
    (row) => (states.size === 0 || states.has(row.state)) && isAsBad(row) && holdsAll(row, words),
  );
  if (sort === 'risk') found.sort((a, b) => rankOf(risks.get(a.version)) - rankOf(risks.get(b.version)));
  else if (sort !== 'version') found.sort((a, b) => compare(KEYS[sort](a), KEYS[sort](b)));
  return isDown ? found.reverse() : found;
}

function rankOf(risk: Pick<Risk, 'severity'> | undefined): number {
  return risk ? SEVERITIES.length - SEVERITIES.indexOf(risk.severity) : 0;
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
const KEYS: Readonly<Record<Exclude<SortKey, 'version' | 'risk'>, (row: MigrationRow) => Key>> = {
  state: ({ state }) => MIGRATION_STATES.indexOf(state),
  applied: ({ appliedAt }) => appliedAt ?? '',
  took: ({ executionTimeMs }) => executionTimeMs ?? -1,
};

function compare(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
