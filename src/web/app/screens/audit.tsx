import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { EventsAnswer } from '../../answers/events.ts';
import type { EventRow } from '../../answers/overview.ts';
import { ask, targetPath } from '../data/api.ts';
import { pathOf, place, setQuery } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Shown } from '../parts/basics.tsx';
import { ChainPanel } from '../parts/checks.tsx';
import { exportEvents } from '../parts/export-events.ts';
import { EventWord } from '../parts/state.tsx';
import { count, plainWord, timeText } from '../parts/words.ts';

export function AuditScreen({ target }: { target: string }) {
  const { query } = place.value;
  const filter = { text: query.get('q') ?? '', event: query.get('event') ?? '', version: query.get('version') ?? '' };
  const path = targetPath(target, 'events', filter);
  const { now, refresh } = useResource<EventsAnswer>(path);
  const { value, fault } = now.value;
  const older = useSignal<EventsAnswer | undefined>(undefined);
  useEffect(() => {
    older.value = undefined;
  }, [path]);
  const events = [...(value?.events ?? []), ...olderThan(older.value, value)];
  const more = older.value ? older.value.more : (value?.more ?? false);
  const loadOlder = async () => {
    const before = String(events.at(-1)?.seq ?? '');
    const next = await ask<EventsAnswer>(targetPath(target, 'events', { ...filter, before }));
    older.value = { ...next, events: [...(older.value?.events ?? []), ...next.events] };
  };
  return (
    <div class="screen">
      <h1>Audit</h1>
      <div class="grid">
        <ChainPanel target={target} events={value?.events[0]?.seq ?? 0} />
      </div>
      <Filters filter={filter} events={events} target={target} more={more} />
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the audit trail" />}
      {value && <Events target={target} events={events} />}
      {more && (
        <button type="button" onClick={() => void loadOlder()}>
          Older events
        </button>
      )}
    </div>
  );
}

/** What was loaded before newer ones came may overlap with them. */
function olderThan(older: EventsAnswer | undefined, newest: EventsAnswer | undefined): readonly EventRow[] {
  const last = newest?.events.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
  return older?.events.filter(({ seq }) => seq < last) ?? [];
}

const KINDS = [
  'applied',
  'failed',
  'rolled_back',
  'rollback_failed',
  'started',
  'lock_wait',
  'blocker_cancelled',
  'cancelled',
  'taken_over',
  'repaired',
  'baselined',
  'drift_accepted',
  'approval_requested',
  'approved',
  'approval_rejected',
  'approval_revoked',
  'approval_used',
  'verified',
  'dry_run',
  'rehearsed',
  'refused',
  'backed_up',
  'put_back',
  'restored',
  'pruned',
  'data_started',
  'data_paused',
  'data_resumed',
  'data_cancelled',
  'data_retried',
  'data_retargeted',
  'initialized',
];

interface FiltersProps {
  readonly filter: { readonly text: string; readonly event: string; readonly version: string };
  readonly events: readonly EventRow[];
  readonly target: string;
  readonly more: boolean;
}

function Filters({ filter, events, target, more }: FiltersProps) {
  const kinds = filter.event === '' || KINDS.includes(filter.event) ? KINDS : [...KINDS, filter.event];
  return (
    <div class="filters">
      <input
        type="search"
        aria-label="Search in all that an event holds"
        placeholder="Search (press /)"
        value={filter.text}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
      />
      <select
        aria-label="Kind of event"
        value={filter.event}
        onChange={({ currentTarget }) => setQuery({ event: currentTarget.value })}
      >
        <option value="">every kind</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {plainWord(kind)}
          </option>
        ))}
      </select>
      {filter.version !== '' && (
        <button type="button" class="chip" aria-pressed="true" onClick={() => setQuery({ version: '' })}>
          <Shown text={filter.version} /> ×
        </button>
      )}
      <span class="quiet found" role="status">
        {count(events.length, 'event')}
        {more ? ', there are older ones' : ''}
      </span>
      <button type="button" onClick={() => exportEvents(events, target, 'json')}>
        Save as JSON
      </button>
      <button type="button" onClick={() => exportEvents(events, target, 'csv')}>
        CSV
      </button>
    </div>
  );
}

function Events({ target, events }: { target: string; events: readonly EventRow[] }) {
  if (events.length === 0) return <p class="quiet">No event is like that.</p>;
  return (
    <table class="table audit" aria-label="Events">
      <thead>
        <tr>
          <th scope="col" class="c-seq">
            No.
          </th>
          <th scope="col">When</th>
          <th scope="col">Event</th>
          <th scope="col">Version</th>
          <th scope="col">Who</th>
          <th scope="col">More</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <Row key={event.seq} target={target} event={event} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ target, event }: { target: string; event: EventRow }) {
  const { seq, at, event: kind, version, actor, host, detail } = event;
  const said = [detail.message, detail.reason].find((one) => typeof one === 'string') as string | undefined;
  return (
    <tr>
      <td class="c-seq">{seq}</td>
      <td class="c-applied">{timeText(at)}</td>
      <td>
        <EventWord event={kind} />
      </td>
      <td>
        {version !== null && (
          <Link to={pathOf(target, 'migrations', version)}>
            <Shown text={version} />
          </Link>
        )}
      </td>
      <td class="c-who">
        <Shown text={actor} />
        {host !== null && (
          <span class="quiet">
            {' '}
            on <Shown text={host} />
          </span>
        )}
      </td>
      <td class="c-more">
        <details>
          <summary>
            <Shown text={said?.split('\n')[0] ?? 'details'} />
          </summary>
          <pre>
            <Shown text={JSON.stringify({ ...event, at: undefined, event: undefined, seq: undefined }, undefined, 2)} />
          </pre>
        </details>
      </td>
    </tr>
  );
}
