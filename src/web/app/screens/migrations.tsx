import { useMemo } from 'preact/hooks';
import { MIGRATION_STATES, type MigrationState } from '../../../plan/state.ts';
import { visible } from '../../../report/visible.ts';
import type { MigrationRow, OverviewAnswer } from '../../answers/overview.ts';
import type { RisksAnswer } from '../../answers/risks.ts';
import { targetPath } from '../data/api.ts';
import { AT_REST } from '../data/keep-asking.ts';
import { pathOf, place, setQuery } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Shown } from '../parts/basics.tsx';
import {
  type Filter,
  filterRows,
  type Risk,
  type Risks,
  SEVERITIES,
  SORTS,
  type SortKey,
} from '../parts/filter-rows.ts';
import { StateWord, type Tone, toneOf, Word } from '../parts/state.tsx';
import { Windowed } from '../parts/window.tsx';
import { count, formatDuration, plainWord, timeText } from '../parts/words.ts';

export function MigrationsScreen({ target }: { target: string }) {
  const { now, refresh } = useResource<OverviewAnswer>(targetPath(target, 'overview'));
  const { value, fault } = now.value;
  const risks = useRisks(target, value !== undefined);
  const { query } = place.value;
  const filter = filterOf(query);
  const rows = useMemo(
    () => (value ? filterRows(value.migrations, filter, risks.byVersion) : []),
    [value, risks.byVersion, query.toString()],
  );
  if (!value) return fault ? <FaultBox fault={fault} retry={refresh} /> : <Loading what="the migrations" />;
  return (
    <div class="screen">
      <h1>Migrations</h1>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      <Filters overview={value} filter={filter} found={rows.length} />
      {risks.unjudged !== null && (
        <p class="quiet">
          No risk is known: <Shown text={risks.unjudged} />
        </p>
      )}
      <Windowed
        rows={rows}
        class="migrations"
        label="Migrations"
        head={<Head filter={filter} />}
        row={(row, index) => (
          <Row key={row.version} target={target} row={row} index={index} risk={risks.byVersion.get(row.version)} />
        )}
      />
      {rows.length === 0 && <p class="quiet">No migration is like that.</p>}
    </div>
  );
}

const NONE: Risks = new Map();

/** They come behind the table: to judge many files takes a while, once. */
function useRisks(target: string, isWanted: boolean): { byVersion: Risks; unjudged: string | null } {
  const { now } = useResource<RisksAnswer>(isWanted ? targetPath(target, 'risks') : '', { heeds: AT_REST });
  const { value } = now.value;
  const byVersion = useMemo(() => (value ? new Map(value.risks.map((risk) => [risk.version, risk])) : NONE), [value]);
  return { byVersion, unjudged: value?.unjudged ?? null };
}

function filterOf(query: URLSearchParams): Filter {
  const sort = query.get('sort') ?? '';
  const key = SORTS.find((one) => one === sort.replace(/^-/, ''));
  const states = (query.get('state') ?? '').split(',').filter((one) => one !== '') as MigrationState[];
  return {
    text: query.get('q') ?? '',
    states: new Set(states),
    risk: SEVERITIES.find((one) => one === query.get('risk')),
    sort: key ?? 'version',
    isDown: sort.startsWith('-'),
  };
}

function Filters({
  overview: { summary, migrations },
  filter,
  found,
}: {
  overview: OverviewAnswer;
  filter: Filter;
  found: number;
}) {
  const toggle = (state: MigrationState) => {
    const states = new Set(filter.states);
    if (!states.delete(state)) states.add(state);
    setQuery({ state: [...states].join() });
  };
  return (
    <div class="filters">
      <input
        type="search"
        aria-label="Search in version, description, user and error"
        placeholder="Search (press /)"
        value={filter.text}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
      />
      <div class="chips" role="group" aria-label="States">
        {MIGRATION_STATES.filter((state) => summary[state] > 0 || filter.states.has(state)).map((state) => (
          <button
            type="button"
            key={state}
            class={`chip tone-${toneOf(state)}`}
            aria-pressed={filter.states.has(state)}
            onClick={() => toggle(state)}
          >
            {plainWord(state)} {summary[state]}
          </button>
        ))}
      </div>
      <select
        aria-label="Risk"
        value={filter.risk ?? ''}
        onChange={({ currentTarget }) => setQuery({ risk: currentTarget.value })}
      >
        <option value="">any risk</option>
        <option value="error">high risk</option>
        <option value="warning">medium or more</option>
        <option value="note">low or more</option>
      </select>
      <span class="quiet found" role="status">
        {found === migrations.length
          ? count(found, 'migration')
          : `${found} of ${count(migrations.length, 'migration')}`}
      </span>
    </div>
  );
}

const COLUMNS: readonly { readonly title: string; readonly class: string; readonly sort?: SortKey }[] = [
  { title: 'Version', class: 'c-version', sort: 'version' },
  { title: 'State', class: 'c-state', sort: 'state' },
  { title: 'Risk', class: 'c-risk', sort: 'risk' },
  { title: 'Description', class: 'c-description' },
  { title: 'Checksum', class: 'c-checksum' },
  { title: 'Way back', class: 'c-back' },
  { title: 'Applied', class: 'c-applied', sort: 'applied' },
  { title: 'By', class: 'c-by' },
  { title: 'Took', class: 'c-took', sort: 'took' },
];

function Head({ filter }: { filter: Filter }) {
  return (
    <tr>
      {COLUMNS.map(({ title, class: name, sort }) => (
        <th key={title} scope="col" class={name} aria-sort={ariaSort(filter, sort)}>
          {sort ? <SortButton title={title} sort={sort} filter={filter} /> : title}
        </th>
      ))}
    </tr>
  );
}

function ariaSort(filter: Filter, sort: SortKey | undefined) {
  if (sort === undefined || filter.sort !== sort) return undefined;
  return filter.isDown ? 'descending' : 'ascending';
}

function SortButton({ title, sort, filter }: { title: string; sort: SortKey; filter: Filter }) {
  const isMine = filter.sort === sort;
  const next = isMine && !filter.isDown ? `-${sort}` : sort === 'version' ? '' : sort;
  return (
    <button type="button" class="sort" onClick={() => setQuery({ sort: next })}>
      {title}
      {isMine && <span aria-hidden="true">{filter.isDown ? ' ↓' : ' ↑'}</span>}
    </button>
  );
}

interface RowProps {
  readonly target: string;
  readonly row: MigrationRow;
  readonly index: number;
  readonly risk: Risk | undefined;
}

const RISKS: Readonly<Record<Risk['severity'], readonly [tone: Tone, word: string]>> = {
  error: ['bad', 'high'],
  warning: ['warn', 'medium'],
  note: ['quiet', 'low'],
};

/** The worst finding; the others are on the page of the migration. */
function RiskWord({ risk: { severity, rule, message, lock, blocks, findings } }: { risk: Risk }) {
  const [tone, word] = RISKS[severity];
  const locks = lock === null ? [] : [`${lock}${blocks === null ? '' : `: blocks ${blocks}`}`];
  const more = findings > 1 ? [`and ${count(findings - 1, 'more finding', 'more findings')}`] : [];
  return (
    <span title={visible([`${rule}: ${message}`, ...locks, ...more].join('\n'))}>
      <Word tone={tone} text={word} />
    </span>
  );
}

function Row({ target, row, index, risk }: RowProps) {
  const {
    version,
    description,
    state,
    checksum,
    reversible,
    appliedAt,
    appliedBy,
    executionTimeMs,
    errorMessage,
    notes,
  } = row;
  const said = errorMessage ?? (state === 'modified' ? 'the file is not what was applied' : (notes[0] ?? ''));
  return (
    <tr aria-rowindex={index + 2}>
      <th scope="row" class="c-version">
        <Link to={pathOf(target, 'migrations', version)} title={version}>
          <Shown text={version} />
        </Link>
      </th>
      <td class="c-state">
        <StateWord state={state} />
      </td>
      <td class="c-risk">{risk && <RiskWord risk={risk} />}</td>
      <td class="c-description" title={said === '' ? description : said}>
        {said === '' ? (
          <Shown text={description} />
        ) : (
          <span class={errorMessage === null ? 'said' : 'said said-bad'}>
            <Shown text={said.split('\n')[0] ?? ''} />
          </span>
        )}
      </td>
      <td class="c-checksum">
        <code>{checksum?.slice(0, 8) ?? ''}</code>
      </td>
      <td class="c-back">{reversible ? 'yes' : 'none'}</td>
      <td class="c-applied">{appliedAt === null ? '' : timeText(appliedAt)}</td>
      <td class="c-by">
        <Shown text={appliedBy ?? ''} />
      </td>
      <td class="c-took">{executionTimeMs === null ? '' : formatDuration(executionTimeMs)}</td>
    </tr>
  );
}
