import { MIGRATION_STATES, type MigrationState } from '../../../plan/state.ts';
import type { OverviewAnswer } from '../../answers/overview.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { ChainPanel, DriftPanel } from '../parts/checks.tsx';
import { EventLine } from '../parts/event-line.tsx';
import { Lazy } from '../parts/lazy.tsx';
import { NextRun } from '../parts/next-run.tsx';
import { ProofPanel } from '../parts/proof.tsx';
import { StateWord, toneOf } from '../parts/state.tsx';
import { Age } from '../parts/time.tsx';
import { Unreadable } from '../parts/unreadable.tsx';
import { count, plainWord } from '../parts/words.ts';

export function OverviewScreen({ target }: { target: string }) {
  const { now, refresh } = useResource<OverviewAnswer>(targetPath(target, 'overview'));
  const { value, fault } = now.value;
  if (!value && fault) return <Unreadable title={target} fault={fault} retry={refresh} />;
  if (!value) return <Loading what="the database" />;
  return (
    <div class="screen">
      <Heading overview={value} />
      {fault && <FaultBox fault={fault} retry={refresh} />}
      <Counts target={target} overview={value} />
      <div class="grid">
        <NowPanel target={target} overview={value} />
        <NextRun target={target} waiting={waitingIn(value)} />
        <Attention target={target} overview={value} />
        <ChainPanel target={target} events={value.events[0]?.seq ?? 0} />
        <DriftPanel target={target} />
        <ProofPanel target={target} />
        <Panel title="When, and how long" class="wide">
          <Lazy what="the chart" load={loadTimeline} props={{ rows: value.migrations, events: value.events }} />
        </Panel>
        <Panel title="Newest events" class="wide" aside={<Link to={pathOf(target, 'audit')}>All events</Link>}>
          {value.events.length === 0 && <p class="quiet">Nothing has happened yet.</p>}
          <ol class="events">
            {told(value.events).map((event) => (
              <EventLine key={event.seq} target={target} event={event} />
            ))}
          </ol>
        </Panel>
      </div>
    </div>
  );
}

const loadTimeline = async () => (await import('../parts/timeline.tsx')).Timeline;

const EVENTS_MAX = 12;

/** A beginning is told as long as nothing has come of it. */
function told(events: OverviewAnswer['events']): OverviewAnswer['events'] {
  const goesOn = ({ seq, version, event }: OverviewAnswer['events'][number]) =>
    BEGINNINGS.has(event) && events.some((later) => later.seq > seq && later.version === version);
  return events.filter((event) => !goesOn(event)).slice(0, EVENTS_MAX);
}

const BEGINNINGS: ReadonlySet<string> = new Set(['started', 'step_started', 'rollback_started']);

/** Grows and shrinks with what is to be applied: then the plan is asked for anew. */
function waitingIn({ summary }: OverviewAnswer): number {
  return summary.pending + summary.failed + summary.interrupted + summary.rolled_back + summary.skipped;
}

function Heading({
  overview: { database, serverVersion, trackingSchema, layout, production },
}: {
  overview: OverviewAnswer;
}) {
  return (
    <header class="head">
      <h1>
        <Shown text={database} />
        {production && <span class="production-word">production</span>}
      </h1>
      <p class="quiet">
        PostgreSQL {serverVersion}
        {trackingSchema !== 'public' && `, tracked in ${trackingSchema}`}
        {layout === null && ', not tracked yet: taskflow-db init'}
        {layout === 0 && ', tracked by an older table: taskflow-db init adopts it'}
      </p>
    </header>
  );
}

/** These are said even where there is none. */
const ALWAYS: readonly MigrationState[] = ['applied', 'pending', 'failed'];

function Counts({ target, overview: { summary } }: { target: string; overview: OverviewAnswer }) {
  const shown = MIGRATION_STATES.filter((state) => summary[state] > 0 || ALWAYS.includes(state));
  return (
    <ul class="counts" aria-label="Migrations by state">
      {shown.map((state) => (
        <li key={state}>
          <Link
            to={pathOf(target, 'migrations', '', { state })}
            class={summary[state] > 0 ? `tone-${toneOf(state)}` : 'quiet'}
          >
            <strong>{summary[state]}</strong> {plainWord(state)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function NowPanel({ target, overview: { runner } }: { target: string; overview: OverviewAnswer }) {
  if (!runner)
    return (
      <Panel title="Now" class="wide">
        <p class="quiet">No run is at work.</p>
      </Panel>
    );
  const { worker } = runner;
  return (
    <Panel title="Now" class="wide" aside={<Link to={pathOf(target, 'run')}>Watch</Link>}>
      <p>
        <span class="word tone-busy">running</span> by <Shown text={runner.user} /> on <Shown text={runner.host} />,
        process {runner.pid}, since {runner.since}
      </p>
      {worker && (
        <p>
          Process {worker.pid} is <Shown text={worker.state === '' ? 'at work' : worker.state} /> for {worker.seconds}{' '}
          s:{' '}
          <code class="query">
            <Shown text={worker.query} />
          </code>
        </p>
      )}
    </Panel>
  );
}

const WRONG: ReadonlySet<MigrationState> = new Set(['failed', 'interrupted', 'modified', 'missing']);
const NAMED_MAX = 8;

/** What somebody has to look at: migrations that went wrong, faults of the folders. */
function Attention({ target, overview: { migrations, complaints } }: { target: string; overview: OverviewAnswer }) {
  const wrong = migrations.filter(({ state }) => WRONG.has(state));
  if (wrong.length + complaints.length === 0)
    return (
      <Panel title="Needs a look">
        <p class="quiet">Nothing: no migration has failed, changed or vanished.</p>
      </Panel>
    );
  return (
    <Panel title="Needs a look">
      <ul class="attention">
        {wrong.slice(0, NAMED_MAX).map(({ version, state, errorMessage, notes, appliedAt }) => (
          <li key={version}>
            <StateWord state={state} />{' '}
            <Link to={pathOf(target, 'migrations', version)}>
              <Shown text={version} />
            </Link>{' '}
            {appliedAt && (
              <span class="quiet">
                applied <Age iso={appliedAt} />
              </span>
            )}
            <div class="quiet">
              <Shown text={errorMessage ?? notes[0] ?? WHY[state] ?? ''} />
            </div>
          </li>
        ))}
      </ul>
      {wrong.length > NAMED_MAX && <p class="quiet">and {count(wrong.length - NAMED_MAX, 'more', 'more')}</p>}
      {complaints.map((problem) => (
        <p class="complaint" key={problem.message}>
          <Shown text={problem.message} />
        </p>
      ))}
    </Panel>
  );
}

const WHY: Readonly<Partial<Record<MigrationState, string>>> = {
  modified: 'Its file is not what was applied.',
  missing: 'It is applied, and its file is gone.',
};
