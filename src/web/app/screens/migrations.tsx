import { useMemo } from 'preact/hooks';
import { MIGRATION_STATES, type MigrationState } from '../../../plan/state.ts';
import type { MigrationRow, OverviewAnswer } from '../../answers/overview.ts';
import { targetPath } from '../data/api.ts';
import { pathOf, place, setQuery } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Shown } from '../parts/basics.tsx';
import { type Filter, filterRows, SORTS, type SortKey } from '../parts/filter-rows.ts';
import { StateWord, toneOf } from '../parts/state.tsx';
import { Windowed } from '../parts/window.tsx';
import { count, formatDuration, plainWord, timeText } from '../parts/words.ts';

export function MigrationsScreen({ target }: { target: string }) {
  const { now, refresh } = useResource<OverviewAnswer>(targetPath(target, 'overview'));
  const { value, fault } = now.value;
  const { query } = place.value;
  const filter = filterOf(query);
  const rows = useMemo(() => (value ? filterRows(value.migrations, filter) : []), [value, query.toString()]);
  if (!value) return fault ? <FaultBox fault={fault} retry={refresh} /> : <Loading what="the migrations" />;
  return (
    <div class="screen">
      <h1>Migrations</h1>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      <Filters overview={value} filter={filter} found={rows.length} />
      <Windowed
        rows={rows}
        class="migrations"
        label="Migrations"
        head={<Head filter={filter} />}
        row={(row, index) => <Row key={row.version} target={target} row={row} index={index} />}
      />
      {rows.length === 0 && <p class="quiet">No migration is like that.</p>}
    </div>
  );
}

function filterOf(query: URLSearchParams): Filter {
  const sort = query.get('sort') ?? '';
  const key = SORTS.find((one) => one === sort.replace(/^-/, ''));
  const states = (query.get('state') ?? '').split(',').filter((one) => one !== '') as MigrationState[];
  return { text: query.get('q') ?? '', states: new Set(states), sort: key ?? 'version', isDown: sort.startsWith('-') };
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

function Row({ target, row, index }: { target: string; row: MigrationRow; index: number }) {
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
