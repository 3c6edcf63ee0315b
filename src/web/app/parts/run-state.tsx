import { timeLeftText } from '../../../batch/estimate.ts';
import type { RunState } from '../../../batch/states.ts';
import type { DataRunRow } from '../../answers/data.ts';
import { type Tone, Word } from './state.tsx';

const TONES: Readonly<Record<RunState, Tone>> = {
  queued: 'open',
  running: 'busy',
  pausing: 'busy',
  paused: 'warn',
  interrupted: 'bad',
  cancelled: 'quiet',
  failed: 'bad',
  succeeded: 'good',
};

/** It waits for something other than its own batches; one that is only slowed down does not. */
export function isHeld({ state, throttle }: Pick<DataRunRow, 'state' | 'throttle'>): boolean {
  return state === 'running' && throttle !== null && !throttle.startsWith('slowed');
}

/** `3 min – 5 min`; `unknown`. */
export function timeLeft({ remainingMs }: DataRunRow): string {
  const [from, to] = remainingMs ?? [];
  const left = from === undefined || to === undefined ? undefined : ([from, to] as const);
  return timeLeftText(left).replace(/^time left: | left$/, '');
}

/** The state of a data migration's run; that something holds it back is part of it. */
export function RunStateWord({ run }: { run: Pick<DataRunRow, 'state' | 'throttle' | 'direction'> }) {
  const held = isHeld(run);
  return (
    <>
      <Word tone={held ? 'warn' : TONES[run.state]} text={held ? 'held back' : run.state} />
      {run.direction === 'down' && <span class="quiet"> on its way back</span>}
    </>
  );
}

/** How far a run is, as a bar and in words; without a number of rows to go by, in words alone. */
export function Progress({ run }: { run: DataRunRow }) {
  const { state, keys, keysTotal, pass } = run;
  if (state === 'succeeded') return <Bar share={1} text="100 %" />;
  if (pass > 1) return <Bar share={1} text={`sweep ${pass - 1} for rows that came meanwhile`} />;
  if (!keysTotal) return <span class="quiet">how many rows there are is not known</span>;
  const share = Math.min(1, keys / keysTotal);
  return <Bar share={share} text={`${Math.floor(share * 100)} %`} />;
}

function Bar({ share, text }: { share: number; text: string }) {
  return (
    <span class="progress">
      <progress value={share} max={1} aria-label="Rows gone through" />
      <span>{text}</span>
    </span>
  );
}
