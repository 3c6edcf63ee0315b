import type { DataRunRow, DataRunsAnswer } from '../../answers/data.ts';
import { targetPath } from '../data/api.ts';
import { pathOf } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { isHeld, Progress, RunStateWord, timeLeft } from '../parts/run-state.tsx';
import { StateWord } from '../parts/state.tsx';
import { Age } from '../parts/time.tsx';

/** Every data migration, whoever runs it and wherever. */
export function DataScreen({ target }: { target: string }) {
  const { now, refresh } = useResource<DataRunsAnswer>(targetPath(target, 'data'), { isOfData: true });
  const { value, fault } = now.value;
  return (
    <div class="screen">
      <h1>Data</h1>
      {fault && <FaultBox fault={fault} retry={refresh} />}
      {!value && !fault && <Loading what="the data migrations" />}
      {value && <Runs target={target} runs={value.runs} />}
      {value && value.notBegun.length > 0 && <NotBegun target={target} rows={value.notBegun} />}
    </div>
  );
}

function Runs({ target, runs }: { target: string; runs: DataRunsAnswer['runs'] }) {
  if (runs.length === 0) return <p class="quiet">No data migration has a run.</p>;
  return (
    <table class="table data-runs" aria-label="Data migrations">
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">State</th>
          <th scope="col">Done</th>
          <th scope="col" class="c-number">
            Rows changed
          </th>
          <th scope="col" class="c-number" title="Rows gone through a second, over the last 20 batches">
            Rows/s
          </th>
          <th scope="col">Left</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {[...runs].sort(byNeed).map((run) => (
          <RunRow key={run.version} target={target} run={run} />
        ))}
      </tbody>
    </table>
  );
}

/** What is under way or needs somebody stands above what is over. */
function byNeed(a: DataRunRow, b: DataRunRow): number {
  return Number(isOver(a)) - Number(isOver(b)) || b.updatedAt.localeCompare(a.updatedAt);
}

function isOver({ state }: DataRunRow): boolean {
  return state === 'succeeded' || state === 'cancelled';
}

function RunRow({ target, run }: { target: string; run: DataRunRow }) {
  const { version, state, rows, keysPerSecond } = run;
  const isMoving = state === 'running' && !isHeld(run);
  return (
    <tr>
      <th scope="row">
        <Link to={pathOf(target, 'data', version)}>
          <Shown text={version} />
        </Link>
      </th>
      <td>
        <RunStateWord run={run} />
      </td>
      <td class="c-done">
        <Progress run={run} />
      </td>
      <td class="c-number c-rows">{rows.toLocaleString('en')}</td>
      <td class="c-number c-speed">
        {isMoving && keysPerSecond !== null && Math.round(keysPerSecond).toLocaleString('en')}
      </td>
      <td class="c-left">{isMoving && timeLeft(run)}</td>
      <td class="c-why">
        <Why run={run} />
      </td>
    </tr>
  );
}

function Why({ run: { state, throttle, throttleSince, error, workers, updatedBy, updatedAt } }: { run: DataRunRow }) {
  if (throttle !== null)
    return (
      <>
        <Shown text={throttle} /> {throttleSince !== null && <Since iso={throttleSince} />}
      </>
    );
  if (error !== null)
    return <Shown text={error.row ? `${error.message}, row ${error.row.join(', ')}` : error.message} />;
  if (state === 'running')
    return <span class="quiet">by {[...new Set(workers.map(({ host }) => host))].join(', ') || 'nobody'}</span>;
  return (
    <span class="quiet">
      by <Shown text={updatedBy} />, <Age iso={updatedAt} />
    </span>
  );
}

function Since({ iso }: { iso: string }) {
  return (
    <span class="quiet">
      (since <Age iso={iso} />)
    </span>
  );
}

function NotBegun({ target, rows }: { target: string; rows: DataRunsAnswer['notBegun'] }) {
  return (
    <Panel title="Not begun" class="apart">
      <ul class="attention">
        {rows.map(({ version, description, state, background }) => (
          <li key={version}>
            <StateWord state={state} />{' '}
            <Link to={pathOf(target, 'migrations', version)}>
              <Shown text={version} />
            </Link>{' '}
            <Shown text={description} />{' '}
            <span class="quiet">
              {background ? 'migrate puts it into the queue, data run works at it' : 'migrate runs it in its order'}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
