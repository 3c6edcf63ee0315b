import type { RunView } from '../../answers/run.ts';
import { pathOf } from '../data/place.ts';
import { Link, Panel, Shown } from './basics.tsx';
import { type Tone, Word } from './state.tsx';
import { count, formatDuration } from './words.ts';

type Migration = RunView['migrations'][number];

const TONES: Readonly<Record<Migration['state'], Tone>> = {
  planned: 'open',
  running: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
  interrupted: 'bad',
  skipped: 'quiet',
};

const PLANNED_MAX = 30;

/** Every migration of a run, those to come as far as they are known. */
export function RunMigrations({ target, run }: { target: string; run: RunView }) {
  const { migrations, planned, kind, outcome } = run;
  const begun = new Set(migrations.map(({ version }) => version));
  const left = planned.filter((version) => !begun.has(version));
  const done = migrations.filter(({ state }) => state === 'done').length;
  const said = planned.length > 0 ? `${done} of ${planned.length}` : count(migrations.length, 'migration');
  if (migrations.length + left.length === 0) return null;
  return (
    <Panel title="Migrations" class="wide" aside={<span class="quiet">{said}</span>}>
      <ol class="run-migrations">
        {migrations.map((one) => (
          <li key={one.version}>
            <Word tone={TONES[shownState(one, outcome)]} text={wordOf(shownState(one, outcome), kind)} />{' '}
            <Link to={pathOf(target, 'migrations', one.version)}>
              <Shown text={one.version} />
            </Link>{' '}
            <span class="quiet">{saidOf(one)}</span>
          </li>
        ))}
        {left.slice(0, PLANNED_MAX).map((version) => (
          <li key={version}>
            <Word tone="quiet" text={outcome === 'running' ? 'to come' : 'not reached'} />{' '}
            <Link to={pathOf(target, 'migrations', version)}>
              <Shown text={version} />
            </Link>
          </li>
        ))}
        {left.length > PLANNED_MAX && <li class="quiet">and {left.length - PLANNED_MAX} more</li>}
      </ol>
    </Panel>
  );
}

function saidOf({ ms, steps, state, refusals }: Migration): string {
  const parts = [
    ms === null ? '' : formatDuration(ms),
    steps && state !== 'done' ? `${steps.done} of ${count(steps.of, 'step')} done` : '',
    refusals === 0 ? '' : `gave way ${refusals === 1 ? 'once' : `${refusals} times`}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Nobody is at it any more. */
function shownState({ state }: Migration, outcome: RunView['outcome']): Migration['state'] {
  return state === 'running' && outcome !== 'running' ? 'interrupted' : state;
}

function wordOf(state: Migration['state'], kind: RunView['kind']): string {
  if (state !== 'done') return state;
  return kind === 'roll back' ? 'rolled back' : 'applied';
}
