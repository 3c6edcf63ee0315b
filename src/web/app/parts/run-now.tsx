import type { RunView } from '../../answers/run.ts';
import { Panel, Shown } from './basics.tsx';
import { Blockers } from './blockers.tsx';
import { Word } from './state.tsx';
import { formatDuration } from './words.ts';

/** What a run does at this moment: the lock that it waits for, how far its statement is, its process. `ageMs`: of the look. */
export function RunNow({ target, run, ageMs }: { target: string; run: RunView; ageMs: number }) {
  const { wait, process, progress } = run;
  return (
    <Panel title="Now" class={wait ? 'wide waits' : 'wide'}>
      {wait && <Wait target={target} run={run} wait={wait} ageMs={ageMs} />}
      {!wait && !process && <p class="quiet">Between two statements.</p>}
      {progress && <Progress progress={progress} />}
      {process && <Process process={process} ageMs={ageMs} />}
    </Panel>
  );
}

type Wait = NonNullable<RunView['wait']>;

function Wait({ target, run, wait, ageMs }: { target: string; run: RunView; wait: Wait; ageMs: number }) {
  const { phase, relation, mode, blockers } = wait;
  const refusals = run.migrations.find(({ version }) => version === run.focus?.version)?.refusals ?? 0;
  return (
    <>
      <p aria-live="polite">
        <Word tone="warn" text={phase === 'waiting' ? 'waits for a lock' : 'holds off'} />{' '}
        {relation === null ? (
          'Another transaction has to end first'
        ) : (
          <>
            <Shown text={relation} /> is locked
          </>
        )}
        {mode !== null && (
          <>
            , wanted as <code>{mode}</code>
          </>
        )}
        {refusals > 0 && `; gave way ${refusals === 1 ? 'once' : `${refusals} times`}`}
        {phase === 'holding off' && '; nothing is queued until who is in the way has gone'}.
      </p>
      <Blockers target={target} blockers={blockers} ageMs={ageMs} />
    </>
  );
}

function Progress({
  progress: { phase, done, total, unit, waitsFor },
}: {
  progress: NonNullable<RunView['progress']>;
}) {
  const percent = total > 0 ? Math.min(100, (100 * done) / total) : null;
  return (
    <div class="progress">
      <p>
        <strong>{phase}</strong>{' '}
        {total > 0
          ? `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${unit}, ${Math.floor(percent ?? 0)} %`
          : done > 0 && `${done.toLocaleString('en')} ${unit}`}
      </p>
      {percent !== null && <progress max={100} value={percent} aria-label={phase} />}
      {waitsFor !== null && (
        <p class="quiet">
          Waits for <Shown text={waitsFor} />
        </p>
      )}
    </div>
  );
}

function Process({ process, ageMs }: { process: NonNullable<RunView['process']>; ageMs: number }) {
  const { pid, state, query, queryMs, transactionMs, waitEvent } = process;
  const isActive = state === 'active';
  return (
    <>
      <p class="quiet">
        Server process {pid}, {state ?? 'state not visible'}
        {isActive && queryMs !== null && ` for ${formatDuration(queryMs + ageMs)}`}
        {transactionMs !== null && `, its transaction open for ${formatDuration(transactionMs + ageMs)}`}
        {waitEvent !== null && `, waits for ${waitEvent}`}
      </p>
      {query !== null && isActive && (
        <pre class="query">
          <Shown text={query.slice(0, 600)} />
        </pre>
      )}
    </>
  );
}
