import type { ActionAnswer, ActionNews } from '../../answers/action.ts';
import type { DryRunAnswer } from '../../answers/dry-run.ts';
import { actions } from '../data/actions.ts';
import { targetPath } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Panel, Shown } from './basics.tsx';
import { type Tone, Word } from './state.tsx';
import { Age } from './time.tsx';
import { formatBytes, formatDuration } from './words.ts';

type DryRun = ActionAnswer<DryRunAnswer>;

const DRY_RUNS: ReadonlySet<string> = new Set(['tryMigrations', 'rehearseMigrations']);

/** The last dry run of what is pending that ended at this console; a later apply makes it history. */
export function useDryRun(target: string): DryRun | undefined {
  const last = lastOf(actions.value);
  const path = last ? targetPath(target, `actions/${last.id}`) : '';
  const { value } = useResource<DryRun>(path, { isStill: true }).now.value;
  return last && value?.id === last.id ? value : undefined;
}

function lastOf(all: readonly ActionNews[]): ActionNews | undefined {
  const last = all.find(({ name, state }) => state !== 'running' && (DRY_RUNS.has(name) || name === 'applyMigrations'));
  return last && DRY_RUNS.has(last.name) ? last : undefined;
}

const TONES: Readonly<Record<string, Tone>> = { passed: 'good', failed: 'bad', cancelled: 'warn' };

/** How it went as a whole. */
export function DryRunPanel({ dryRun: { title, result, problem, endedAt, user } }: { dryRun: DryRun }) {
  const aside = (
    <span class="quiet">
      by <Shown text={user} />, {endedAt !== null && <Age iso={endedAt} />}
    </span>
  );
  return (
    <Panel
      title={result?.level === 'rehearse' ? 'Rehearsed on a copy' : 'Tried on the database'}
      class="wide"
      aside={aside}
    >
      {result && <Outcome result={result} title={title} />}
      {problem && (
        <FaultBox
          fault={{
            status: 0,
            code: problem.code,
            message: problem.message,
            ...(problem.found === undefined ? {} : { found: problem.found }),
            ...(problem.state === undefined ? {} : { state: problem.state }),
            ...(problem.next === undefined ? {} : { next: problem.next }),
          }}
        />
      )}
      {result && <Limits result={result} />}
    </Panel>
  );
}

function Outcome({ result, title }: { result: DryRunAnswer; title: string }) {
  const held = result.migrations.flatMap((one) => one.held);
  const took = result.migrations.reduce((sum, one) => sum + one.executionTimeMs, 0);
  return (
    <>
      <p>
        <Word tone={TONES[result.outcome] ?? 'warn'} text={result.outcome.replace('-', ' ')} /> <Shown text={title} />:{' '}
        {formatDuration(took)}, {formatBytes(result.walBytes)} of WAL.{' '}
        {result.level === 'live'
          ? `Its transaction was open for ${formatDuration(result.heldMs)} and is rolled back: nothing was changed.`
          : `On ${result.scratch}; its tables are empty, so its times say nothing of yours.`}
      </p>
      <ul class="outline">
        {held.map(({ relation, mode, stalls, heldMs }) => (
          <li key={`${relation} ${mode}`}>
            <Word tone="warn" text={stalls} /> of <Shown text={relation} /> waited up to{' '}
            <strong>{formatDuration(heldMs)}</strong> <span class="quiet">({mode})</span>
          </li>
        ))}
        {held.length === 0 && result.outcome === 'passed' && <li>Nobody had to wait for it to read or write.</li>}
      </ul>
    </>
  );
}

function Limits({ result }: { result: DryRunAnswer }) {
  const said = [...result.cannotShow, ...(result.level === 'live' ? result.stays : [])];
  if (said.length === 0) return null;
  return (
    <details class="notes">
      <summary>What it cannot show</summary>
      <ul>
        {said.map((text) => (
          <li key={text}>
            <Shown text={text} />
          </li>
        ))}
      </ul>
    </details>
  );
}
