import { signal } from '@preact/signals';
import type { ActionNews } from '../../answers/action.ts';
import { actions, isRun } from '../data/actions.ts';
import { pathOf, place } from '../data/place.ts';
import { Link, Shown } from './basics.tsx';
import { CancelButton } from './cancel-button.tsx';
import { type Tone, Word } from './state.tsx';
import { Age } from './time.tsx';

/** Those that this page shows no more. */
const dismissed = signal<ReadonlySet<string>>(new Set());
/** What ended longer ago than this is not told to who opens the page. */
const TOLD_MS = 10 * 60_000;

/** On every screen (but its own): what somebody has begun here, as it goes on, and how it ended until it is put away. */
export function ActionStrip({ target }: { target: string }) {
  const isOnRun = place.value.screen === 'run';
  const shown = actions.value
    .filter((one) => (one.state === 'running' || isNews(one)) && !(isOnRun && isRun(one)))
    .slice(0, 3);
  return (
    <div class="action-strip" role="status" aria-label="Actions">
      {shown.map((one) => (
        <ActionLine key={one.id} target={target} action={one} />
      ))}
    </div>
  );
}

function isNews({ id, endedAt }: ActionNews): boolean {
  return !dismissed.value.has(id) && endedAt !== null && Date.now() - Date.parse(endedAt) < TOLD_MS;
}

const TONES: Readonly<Record<ActionNews['state'], Tone>> = {
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

function ActionLine({ target, action }: { target: string; action: ActionNews }) {
  const { id, state, isStopping, title, user, startedAt, progress, problem, lines } = action;
  const said = problem?.message ?? progress ?? lines.at(-1)?.text ?? '';
  return (
    <div class="action-line">
      <Word tone={TONES[state]} text={isStopping ? 'stopping' : state} />
      <Link to={pathOf(target, 'run')}>
        <Shown text={title} />
      </Link>
      <span class="quiet">
        by <Shown text={user} /> <Age iso={startedAt} />
      </span>
      <span class="action-said" title={said}>
        <Shown text={said} />
      </span>
      {state === 'running' ? (
        <CancelButton target={target} action={action} />
      ) : (
        <button
          type="button"
          class="plain"
          onClick={() => {
            dismissed.value = new Set([...dismissed.value, id]);
          }}
        >
          Put away
        </button>
      )}
    </div>
  );
}
