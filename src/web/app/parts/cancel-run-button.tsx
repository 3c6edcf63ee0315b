import type { RunView } from '../../answers/run.ts';
import { ActionButton } from './action-button.tsx';
import { Shown } from './basics.tsx';

/** Stops a run that was begun elsewhere. */
export function CancelRunButton({ target, run }: { target: string; run: RunView }) {
  const { runId, by, process } = run;
  return (
    <ActionButton
      target={target}
      label="Cancel"
      part="run/cancel"
      body={{ id: runId }}
      title={`Stop the run of ${by.console ?? by.actor ?? 'somebody'} on ${by.host ?? 'another machine'}?`}
      isDangerous
      isHarmless
    >
      <p>
        It was begun elsewhere. The statement that it has under way is cancelled in the server; the run takes that for a
        failure, rolls its migration back, puts it on record and ends. What it has committed stays.
      </p>
      {process?.query != null && (
        <pre class="query">
          <Shown text={process.query.slice(0, 400)} />
        </pre>
      )}
    </ActionButton>
  );
}
