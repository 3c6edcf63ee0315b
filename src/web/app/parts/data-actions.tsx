import { useSignal } from '@preact/signals';
import { type RunEventName, type RunState, transition } from '../../../batch/states.ts';
import type { DataRunAnswer } from '../../answers/data.ts';
import { ActionButton } from './action-button.tsx';
import { formatDuration } from './words.ts';

interface ActionsProps {
  readonly target: string;
  readonly view: DataRunAnswer;
}

/** What can be asked of a run in its state, by the table of states; who may not act sees nothing of it. */
export function DataActions({ target, view }: ActionsProps) {
  const { version, state } = view.run;
  return (
    <p class="actions data-actions">
      <Ask {...{ target, version, state }} event="pause" label="Pause" isHarmless />
      <Ask {...{ target, version, state }} event="resume" label="Resume" />
      {(state === 'queued' || state === 'interrupted') && <RunHere {...{ target, version, state }} />}
      {transition(state, 'retry') && <Retry target={target} version={version} />}
      {state !== 'succeeded' && <ChangeTarget target={target} view={view} />}
      <Ask {...{ target, version, state }} event="cancel" label="Cancel" isHarmless isDangerous />
    </p>
  );
}

interface AskProps {
  readonly target: string;
  readonly version: string;
  readonly state: RunState;
  readonly event: RunEventName;
  readonly label: string;
  readonly isHarmless?: boolean;
  readonly isDangerous?: boolean;
}

const BECOMES: Readonly<Partial<Record<RunEventName, string>>> = {
  pause: 'The position is kept, and nobody goes on with it before it is resumed.',
  resume: 'It goes on behind its last batch.',
  cancel: 'What was committed stays, and the position is kept: a retry goes on behind it.',
};

function Ask({ target, version, state, event, label, ...look }: AskProps) {
  const edge = transition(state, event);
  if (!edge) return null;
  return (
    <ActionButton
      target={target}
      label={label}
      part={partOf(version, event)}
      body={{}}
      title={`${label} ${version}?`}
      {...look}
    >
      <p>
        It is {edge.from} and becomes {edge.to}: {edge.reason}.
      </p>
      <p>{BECOMES[event]}</p>
    </ActionButton>
  );
}

function partOf(version: string, what: string): string {
  return `data/${encodeURIComponent(version)}/${what}`;
}

function RunHere({ target, version, state }: Pick<AskProps, 'target' | 'version' | 'state'>) {
  const label = state === 'interrupted' ? 'Resume here' : 'Run here';
  return (
    <ActionButton
      target={target}
      label={label}
      part={partOf(version, 'run')}
      body={{}}
      title={`Run ${version} in this console?`}
    >
      <p>
        {state === 'interrupted' ? 'It goes on behind its last batch. ' : ''}The process of the console works at it
        until it is done; nobody has to keep the page open. When the console ends, the run is interrupted, and the next
        goes on behind its last batch.
      </p>
      <p>
        More workers, also on other machines: <code>taskflow-db data run {version}</code>
      </p>
    </ActionButton>
  );
}

const CHOICES = [
  ['skipFailed', 'Pass over rows that fail, each on record'],
  ['changed', 'Go on with the SQL that its file has now'],
  ['fromStart', 'Begin with the first row again'],
] as const;

function Retry({ target, version }: { target: string; version: string }) {
  const chosen = useSignal<readonly string[]>([]);
  const choose = (name: string, isOn: boolean) => {
    const excluded = { changed: 'fromStart', fromStart: 'changed' }[name];
    const others = chosen.value.filter((one) => one !== name && !(isOn && one === excluded));
    chosen.value = isOn ? [...others, name] : others;
  };
  return (
    <ActionButton
      target={target}
      label="Retry"
      part={partOf(version, 'retry')}
      body={Object.fromEntries(chosen.value.map((name) => [name, true]))}
      title={`Retry ${version}?`}
    >
      <p>It is queued again, to go on behind the last batch that was committed.</p>
      {CHOICES.map(([name, says]) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={chosen.value.includes(name)}
            onChange={({ currentTarget }) => choose(name, currentTarget.checked)}
          />{' '}
          {says}
        </label>
      ))}
    </ActionButton>
  );
}

const TARGET_MS_MIN = 10;
const TARGET_MS_MAX = 60_000;

function ChangeTarget({ target, view: { run, target: now } }: ActionsProps) {
  const typed = useSignal<string | undefined>(undefined);
  const isDefault = useSignal(false);
  const text = typed.value ?? String(now?.ms ?? '');
  const ms = Number(text);
  const isGood = Number.isInteger(ms) && ms >= TARGET_MS_MIN && ms <= TARGET_MS_MAX;
  return (
    <ActionButton
      target={target}
      label="Change target"
      part={partOf(run.version, 'target')}
      body={{ targetMs: isDefault.value ? null : ms }}
      title={`How long should a batch of ${run.version} take?`}
      isIncomplete={!isDefault.value && !isGood}
    >
      <label>
        Milliseconds, from 10 to 60,000{' '}
        <input
          type="number"
          min={TARGET_MS_MIN}
          max={TARGET_MS_MAX}
          value={text}
          disabled={isDefault.value}
          onInput={({ currentTarget }) => {
            typed.value = currentTarget.value;
          }}
        />
      </label>
      {run.targetMs !== null && (
        <label>
          <input
            type="checkbox"
            checked={isDefault.value}
            onChange={({ currentTarget }) => {
              isDefault.value = currentTarget.checked;
            }}
          />{' '}
          As its file says, in place of the {formatDuration(run.targetMs)} that were asked for
        </label>
      )}
      <p>
        Its rows are locked for about as long. Each worker, wherever it is, is told with its next batch; sizes follow
        from there.
      </p>
    </ActionButton>
  );
}
