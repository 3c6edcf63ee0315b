import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ActionNews } from '../../answers/action.ts';
import type { RunView } from '../../answers/run.ts';
import { actions, isRun } from '../data/actions.ts';
import { pathOf, place } from '../data/place.ts';
import { type KnownRun, useRun } from '../data/run.ts';
import { ActionLog } from '../parts/action-log.tsx';
import { FaultBox, Link, Loading, Shown } from '../parts/basics.tsx';
import { CancelButton } from '../parts/cancel-button.tsx';
import { CancelRunButton } from '../parts/cancel-run-button.tsx';
import { RunEnd } from '../parts/run-end.tsx';
import { RunMigrations } from '../parts/run-migrations.tsx';
import { RunNow } from '../parts/run-now.tsx';
import { RunStatements } from '../parts/run-statements.tsx';
import { type Tone, Word } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { Unreadable } from '../parts/unreadable.tsx';
import { formatDuration } from '../parts/words.ts';

/** What is at work at the database, or was last: begun here or anywhere. */
export function RunScreen({ target }: { target: string }) {
  const id = place.value.query.get('id') ?? '';
  const { now, refresh } = useRun(target, id);
  const { known, fault } = now.value;
  const run = known?.answer.run ?? undefined;
  const action = actionOf(run, id, actions.value);
  const isOwn = action !== undefined && action.runId !== run?.runId;
  if (fault && !known && !isOwn) return <Unreadable title="Run" fault={fault} retry={refresh} />;
  return (
    <div class="screen">
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!known && !fault && !isOwn && <Loading what="the run" />}
      {isOwn ? (
        <BeforeRun target={target} action={action} />
      ) : (
        known && (run ? <Run target={target} known={known} run={run} action={action} /> : <NoRun target={target} />)
      )}
    </div>
  );
}

/** The action of this console that belongs to the run; or one that was begun since, and has no run in the database (yet). */
function actionOf(run: RunView | undefined, id: string, all: readonly ActionNews[]): ActionNews | undefined {
  const own = all.find(({ runId }) => runId === (run?.runId ?? id));
  if (own || id !== '' || run?.outcome === 'running') return own;
  const newest = all.find(isRun);
  return newest && newest.startedAt > (run?.startedAt ?? '') ? newest : undefined;
}

function NoRun({ target }: { target: string }) {
  return (
    <>
      <h1>Run</h1>
      <p>
        Nothing has been run here yet. What would be applied is in the <Link to={pathOf(target, 'plan')}>plan</Link>.
      </p>
    </>
  );
}

/** It has begun here, and the database knows nothing of it yet, or never will. */
function BeforeRun({ target, action }: { target: string; action: ActionNews }) {
  return (
    <>
      <header class="head">
        <h1>
          Run <Word tone={TONES[action.state]} text={action.state} />
        </h1>
        <p class="quiet">
          <Shown text={action.title} />, by <Shown text={action.user} />, since <Time iso={action.startedAt} />
        </p>
      </header>
      {action.state === 'running' && (
        <p class="actions">
          <CancelButton target={target} action={action} />
          <span class="quiet">
            <Shown text={action.progress ?? ''} />
          </span>
        </p>
      )}
      <div class="grid">
        <RunEnd target={target} action={action} run={undefined} />
        <ActionLog action={action} />
      </div>
    </>
  );
}

const TONES: Readonly<Record<RunView['outcome'], Tone>> = {
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
  interrupted: 'bad',
};

interface RunProps {
  readonly target: string;
  readonly known: KnownRun;
  readonly run: RunView;
  readonly action: ActionNews | undefined;
}

function Run({ target, known, run, action }: RunProps) {
  const now = useTicking(run.outcome === 'running');
  const ageMs = known.ageAt(now);
  const isRunning = run.outcome === 'running';
  return (
    <>
      <Heading known={known} run={run} action={action} ageMs={ageMs} />
      {isRunning && (
        <p class="actions">
          {action ? <CancelButton target={target} action={action} /> : <CancelRunButton target={target} run={run} />}
          {action?.progress != null && (
            <span class="quiet">
              <Shown text={action.progress} />
            </span>
          )}
        </p>
      )}
      {run.cancelledBy.length > 0 && (
        <p>
          Asked to stop by <Shown text={run.cancelledBy.join(', ')} />.
        </p>
      )}
      <div class="grid">
        {isRunning && <RunNow target={target} run={run} ageMs={ageMs} />}
        {!isRunning && <RunEnd target={target} action={action} run={run} />}
        <RunMigrations target={target} run={run} />
        {run.focus && <RunStatements target={target} run={run} ageMs={ageMs} />}
        {action && <ActionLog action={action} />}
      </div>
    </>
  );
}

const WHAT: Readonly<Record<RunView['kind'], string>> = {
  apply: 'applying',
  'roll back': 'rolling back',
  'dry run': 'dry run',
  other: 'at work, with nothing on record yet',
};

function Heading({ known, run, action, ageMs }: Omit<RunProps, 'target'> & { ageMs: number }) {
  const { outcome, kind, by, startedAt, endedAt } = run;
  const end = endedAt ?? known.answer.at;
  const took = startedAt === null ? null : Math.max(0, Date.parse(end) - Date.parse(startedAt)) + ageMs;
  return (
    <header class="head">
      <h1>
        Run <Word tone={TONES[outcome]} text={outcome} />
      </h1>
      <p>
        <Shown text={action?.title ?? WHAT[kind]} />
        {took !== null && (
          <>
            , <strong class="elapsed">{formatDuration(took)}</strong>
          </>
        )}
        <span class="quiet">
          {' '}
          by <Shown text={by.console ?? by.actor ?? 'somebody'} />
          {by.console !== null && by.actor !== null && (
            <>
              {' '}
              (as <Shown text={by.actor} />)
            </>
          )}
          {by.host !== null && (
            <>
              {' '}
              on <Shown text={by.host} />
            </>
          )}
          {startedAt !== null && (
            <>
              , since <Time iso={startedAt} />
            </>
          )}
          {by.toolVersion !== null && `, taskflow-db ${by.toolVersion}`}
        </span>
      </p>
      <p class="quiet">
        Number <code>{run.runId}</code>
      </p>
    </header>
  );
}

/** The page's time, twice a second while something is at work. */
function useTicking(isOn: boolean): number {
  const now = useSignal(performance.now());
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 500);
    return () => clearInterval(timer);
  }, [isOn]);
  return Math.max(now.value, performance.now());
}
